import { distance } from 'fastest-levenshtein';
import type { Command } from './command.ts';

/** A variable of the environment that no command reads, and the setting that was probably meant. */
export interface NearMiss {
  readonly given: string;
  readonly meant: string;
}

/** Names that differ by more letters are different words, such as `HTTP_PROXY` and `HTTP_PORT`. */
const MOST_EDITS = 2;

/**
 * Finds variables whose names are nearly those of settings: a letter or two differ, or `_FILE` is missing. Values are
 * never read, since they may be secrets.
 * @param commands all commands of the application, since a variable may be meant for another command.
 */
export function nearMisses(
  commands: readonly Command[],
  env: Readonly<Record<string, string | undefined>>,
): readonly NearMiss[] {
  const settings = commands.flatMap(({ groups }) => groups).flatMap((group) => group.settings);
  const names = new Set(settings.flatMap(({ variable }) => variable ?? []));
  return Object.keys(env).flatMap((given) => {
    if (names.has(given)) return [];
    const meant = [...names].find((name) => name === `${given}_FILE`) ?? nearest(given, names);
    return meant === undefined ? [] : [{ given, meant }];
  });
}

/** The warning for the log. */
export function nearMissText({ given, meant }: NearMiss): string {
  return `the variable ${given} has no effect: no setting has this name; did you mean ${meant}?`;
}

function nearest(given: string, names: ReadonlySet<string>): string | undefined {
  const text = given.toUpperCase();
  // Short names resemble each other by chance.
  const found = [...names]
    .map((name) => ({ name, edits: distance(text, name) }))
    .filter(({ name, edits }) => edits <= Math.min(MOST_EDITS, Math.floor(name.length / 4)));
  return found.sort((left, right) => left.edits - right.edits)[0]?.name;
}
