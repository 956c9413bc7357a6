import type { App, Setting } from '@antenna/cli';
import { format, resolveConfig } from 'prettier';

/** A setting with those who read it. */
interface Entry {
  readonly group: string;
  readonly setting: Setting<unknown>;
  /** Names of commands by the name of their application. */
  readonly readers: Map<string, Set<string>>;
}

/** What an application is called when no command is named. */
const UNNAMED = '';

/** Defaults that depend on where a command runs. */
const VARYING_DEFAULTS: Readonly<Record<string, string>> = {
  LOG_FORMAT: '`json`; `pretty` on a terminal',
  '--by': 'the user who runs the command',
};

const INTRODUCTION = `# Settings

This page is written from the declared settings by \`npx nx run reference:settings\`; a test fails when it differs.

Each environment variable is also a flag of the same name in kebab case (\`KAFKA_TOPIC\`, \`--kafka-topic\`). A flag goes
before the environment, and the environment before the default. An empty variable counts as not set. Every command checks
all its settings at its start, reports all problems at once, and ends with exit code 2. Settings whose names end with
\`_FILE\` hold the path of a file.`;

/** The text of docs/settings.md, formatted. */
export async function settingsPage(apps: readonly App[]): Promise<string> {
  const entries = entriesOf(apps);
  const shared = entries.filter(({ setting }) => setting.variable !== undefined);
  const sections = [...Map.groupBy(shared, ({ group }) => group)].map(
    ([title, settings]) => `### ${title}\n\n${sharedTables(settings, apps)}`,
  );
  const flags = apps.flatMap((app) => flagSections(app, entries));
  const parts = [INTRODUCTION, '## Environment variables', ...sections, '## Flags without a variable', ...flags];
  const config = await resolveConfig(import.meta.filename);
  return await format(`${parts.join('\n\n')}\n`, { ...config, parser: 'markdown' });
}

/** Each setting once, in the order in which the commands declare them. */
function entriesOf(apps: readonly App[]): readonly Entry[] {
  const entries = new Map<string, Entry>();
  for (const app of apps) {
    for (const command of app.commands) {
      for (const { title, settings } of command.groups) {
        for (const setting of settings) {
          const key = JSON.stringify([title, setting.name, setting.description]);
          const entry = entries.get(key) ?? { group: title, setting, readers: new Map<string, Set<string>>() };
          entries.set(key, entry);
          const commands = entry.readers.get(app.name) ?? new Set<string>();
          entry.readers.set(app.name, commands.add(command.name ?? UNNAMED));
        }
      }
    }
  }
  return [...entries.values()];
}

/** One table for all settings that the same commands read. */
function sharedTables(entries: readonly Entry[], apps: readonly App[]): string {
  const byReaders = Map.groupBy(entries, ({ readers }) => readersText(readers, apps));
  return [...byReaders]
    .map(([readers, read]) => `Read by ${readers}.\n\n${settingsTable('setting', read)}`)
    .join('\n\n');
}

function flagSections(app: App, entries: readonly Entry[]): readonly string[] {
  const own = entries.filter(({ setting, readers }) => setting.variable === undefined && readers.has(app.name));
  return app.commands.flatMap(({ name = UNNAMED }) => {
    const read = own.filter(({ readers }) => readers.get(app.name)?.has(name));
    if (read.length === 0) return [];
    return [`### ${`${app.name} ${name}`.trim()}\n\n${settingsTable('flag', read)}`];
  });
}

function settingsTable(what: 'setting' | 'flag', entries: readonly Entry[]): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const head = [what, 'default', 'meaning', 'allowed'];
  return [head, head.map(() => '---'), ...entries.map(({ setting }) => cells(setting))].map(line).join('\n');
}

function cells({ name, description, allowed, ...setting }: Setting<unknown>): string[] {
  return [`\`${name}\``, defaultOf({ name, ...setting }), escaped(description), escaped(allowed)];
}

function defaultOf({ name, defaultText, isRequired }: Pick<Setting<unknown>, 'name' | 'defaultText' | 'isRequired'>) {
  const varying = VARYING_DEFAULTS[name];
  if (varying !== undefined) return varying;
  if (defaultText !== undefined) return `\`${defaultText}\``;
  return isRequired ? 'required' : 'unset';
}

function readersText(readers: Entry['readers'], apps: readonly App[]): string {
  return [...readers]
    .map(([name, commands]) => {
      const all = apps.find((app) => app.name === name)?.commands.length ?? 0;
      const named = [...commands].map((command) => (command === UNNAMED ? 'without a command' : `\`${command}\``));
      return commands.size === all ? name : `${name} (${named.join(', ')})`;
    })
    .join('; ');
}

/** Plain text in a cell of a Markdown table. */
function escaped(text: string): string {
  return text.replaceAll(/[\\|<*_]/g, String.raw`\$&`);
}
