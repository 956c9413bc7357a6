import type { FailingSchedule } from './explore.ts';
import { exploreInParallel } from './explore-in-parallel.ts';
import { type Mutant, NO_MUTANT } from './mutants/mutant.ts';
import { judgeOf, printSchedule } from './replay.ts';
import { shrink } from './shrink.ts';

/**
 * Explores and reports the result in one line; prints the first failing schedule in its shortest form.
 * @returns the exit code: 0 when everything held, or when a planted bug was found.
 */
export async function exploreAll(options: {
  readonly schedules: number;
  readonly seed: number;
  readonly mutant?: Mutant;
}): Promise<number> {
  const { schedules, seed: firstSeed, mutant = NO_MUTANT } = options;
  const startedMs = performance.now();
  const failing = await exploreInParallel({ mutant: mutant.name, firstSeed, schedules });
  const took = `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`;
  if (failing === undefined) print(`${schedules} schedules from seed ${firstSeed}: everything held (${took})`);
  else print(`seed ${failing.seed} fails (${took}): ${failing.violation}`);
  if (failing !== undefined) await explain(failing, mutant);
  return (failing === undefined) === (mutant === NO_MUTANT) ? 0 : 1;
}

async function explain(failing: FailingSchedule, mutant: Mutant): Promise<void> {
  const shrunk = await shrink(failing, await judgeOf(mutant));
  print(`\nits simplest form, of ${shrunk.choices.length} decisions:`);
  await printSchedule(shrunk.choices, mutant);
  const flag = mutant === NO_MUTANT ? '' : ` --mutant=${mutant.name}`;
  print(`\nthe whole of it: npm run explore -- --replay=${failing.seed}${flag}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
