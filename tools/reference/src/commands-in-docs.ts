import type { App, Command } from '@antenna/cli';

/** A command in a page, as a reader copies it. */
const COMMAND = /npx (antenna|nx run) ([^`\n#|)]*)/g;

/** Targets of Nx that run no program. */
const OF_NX: ReadonlySet<string> = new Set(['build', 'image', 'lint', 'test']);

/** Commands that `npx antenna` has over all programs. */
const OVER_ALL: ReadonlySet<string> = new Set(['status', 'completion', '<program>', '--help', '--version']);

/**
 * Finds commands and flags in a page that no program declares, and lines that start a source file with `node`: they fail
 * for a reader whose Node is older than the project's.
 */
export function problemsInPage(page: string, apps: readonly App[]): readonly string[] {
  const started = page.split('\n').filter((line) => /^\s*(\$ )?([A-Z_]+=\S+ )*node (apps|tools)\//.test(line));
  const unknown = [...page.matchAll(COMMAND)].flatMap(([line, form = '', rest = '']) => {
    const words = rest.trim().split(/\s+/);
    return problemsOf(form === 'antenna' ? words : wordsOfTarget(words), apps).map((problem) => `${line}: ${problem}`);
  });
  return [...started, ...unknown];
}

/** `speed-layer:dead-letters -- list` as `speed-layer dead-letters list`. */
function wordsOfTarget([target = '', ...rest]: readonly string[]): readonly string[] {
  const [app = '', name = ''] = target.split(':');
  if (OF_NX.has(name)) return [];
  // The target of a program that has only one command.
  const isUnnamed = name === 'run' && app !== 'batch-layer';
  return [app, ...(isUnnamed ? [] : [name]), ...rest.filter((word) => word !== '--')];
}

function problemsOf([name = '', ...words]: readonly string[], apps: readonly App[]): readonly string[] {
  const app = apps.find((each) => each.name === name);
  if (app === undefined) return [];
  const command = longestMatch(words, app.commands);
  if (command === undefined) return words.length === 0 ? [] : [`${name} has no such command`];
  const known = new Set([
    'help',
    'version',
    ...command.groups.flatMap(({ settings }) => settings.map(({ flag }) => flag)),
  ]);
  const flags = words.flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  return flags.filter((flag) => !known.has(flag)).map((flag) => `it has no flag --${flag}`);
}

function longestMatch(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const line = `${words.join(' ')} `;
  const matches = commands.filter(({ name }) => name === undefined || line.startsWith(`${name} `));
  // A page may speak of a group of commands, such as `dead-letters`.
  const ofGroup = commands.find(({ name }) => words[0] !== undefined && name?.startsWith(`${words[0]} `) === true);
  return matches.sort((left, right) => (right.name?.length ?? 0) - (left.name?.length ?? 0))[0] ?? ofGroup;
}

/** Finds commands in a page whose program, or target of Nx, does not exist. */
export function unknownPrograms(page: string, apps: readonly App[], targets: ReadonlySet<string>): readonly string[] {
  return [...page.matchAll(COMMAND)].flatMap(([line, form = '', rest = '']) => {
    const [first = ''] = rest.trim().split(/\s+/);
    const isKnown =
      form === 'antenna'
        ? OVER_ALL.has(first) || apps.some(({ name }) => name === first)
        : targets.has(first) || first.startsWith('<');
    return isKnown ? [] : [line];
  });
}
