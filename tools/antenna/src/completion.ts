import type { App, Command } from '@antenna/cli';

/** The words that may come next, by the words before them in the command line. A flag with a value ends with `=`. */
type Words = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * A script for bash and zsh: the function `antenna`, which runs the programs of the checkout from anywhere, and the
 * completion of its commands and flags, written from their declarations.
 * @param checkout the folder of the checkout.
 */
export function completionScript(apps: readonly App[], checkout: string): string {
  const cases = [...wordsOf(apps)].map(
    ([line, words]) => `    ${quoted(line)}) offers=(${[...words].map(quoted).join(' ')}) ;;`,
  );
  return `${[
    `antenna() { (cd ${quoted(checkout)} && npx antenna "$@"); }`,
    '_antenna_after() {',
    '  case "$1" in',
    ...cases,
    '    *) offers=() ;;',
    '  esac',
    '}',
    OFFERS,
    'if [ -n "${ZSH_VERSION-}" ]; then',
    FOR_ZSH,
    'else',
    FOR_BASH,
    'fi',
  ].join('\n')}\n`;
}

/** Sets `offers` to the words that may follow its arguments. The value of a flag is no word of a command. */
const OFFERS = `_antenna_offers() {
  local line="" word before=""
  _antenna_after ""
  for word in "$@"; do
    if [[ "$before" == "=" || " \${offers[*]} " == *" $before= "* ]]; then :
    elif [[ "$word" != -* ]]; then line="$line $word"; _antenna_after "$line"
    fi
    before="$word"
  done
}`;

/** Bash takes a flag and its value apart at the `=`. */
const FOR_BASH = `  _antenna() {
    local offers=()
    _antenna_offers "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
    COMPREPLY=($(compgen -W "\${offers[*]}" -- "\${COMP_WORDS[COMP_CWORD]}"))
    [[ "\${COMPREPLY[0]-}" == *= ]] && compopt -o nospace 2>/dev/null
    return 0
  }
  complete -F _antenna antenna`;

const FOR_ZSH = `  _antenna() {
    local offer offers=()
    _antenna_offers "\${words[@]:1:$((CURRENT - 2))}"
    for offer in "\${offers[@]}"; do
      case "$offer" in
        *=) compadd -S "" -- "$offer" ;;
        *) compadd -- "$offer" ;;
      esac
    done
  }
  typeset -f compdef >/dev/null || { autoload -Uz compinit && compinit -u; }
  compdef _antenna antenna`;

function wordsOf(apps: readonly App[]): Words {
  const words = new Map<string, Set<string>>();
  const add = (line: string, word: string) => {
    words.set(line, (words.get(line) ?? new Set()).add(word));
  };
  for (const { name: app, commands } of apps) {
    // The commands over all programs follow `antenna` itself.
    const start = app === 'antenna' ? '' : ` ${app}`;
    if (start !== '') add('', app);
    for (const command of commands) {
      const line = lineOf(start, command, add);
      for (const flag of flagsOf(command)) add(line, flag);
    }
  }
  return words;
}

/** Adds each word of a command as a continuation of the words before. @returns the line of the whole command. */
function lineOf(start: string, { name }: Command, add: (line: string, word: string) => void): string {
  return (name?.split(' ') ?? []).reduce((line, word) => {
    add(line, word);
    return `${line} ${word}`;
  }, start);
}

function flagsOf({ groups }: Command): readonly string[] {
  const settings = groups.flatMap((group) => group.settings);
  // A placeholder in brackets means that the value is optional.
  const flags = settings.map(({ flag, placeholder }) => `--${flag}${placeholder.startsWith('[') ? '' : '='}`);
  return [...flags, '--help', '--version'];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
