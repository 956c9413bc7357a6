import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

/** How often things happened, by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.#counts.set(what, this.of(what) + times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** Sorted by name. */
  entries(): readonly (readonly [what: string, times: number])[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  add(other: Tally): void {
    for (const [what, times] of other.entries()) this.count(what, times);
  }
}

/** Begins a log file. @returns what appends a line with its time; nothing is lost when the run itself is killed. */
export async function logTo(file: string): Promise<(line: string) => void> {
  await writeFile(file, '');
  return (line) => {
    appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
  };
}
