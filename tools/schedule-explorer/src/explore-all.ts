import { explore, type FailingSchedule } from './explore.ts';
import { mutatedCore } from './mutants/mutated-core.ts';
import { type Mutant, NO_MUTANT } from './mutants/mutants.ts';
import { judgeOf, printSchedule } from './replay.ts';
import { shrink } from './shrink.ts';

/**
 * Explores and says in one line how it went; the first schedule that fails is told in its simplest form.
 * @returns the exit code: 0 when everything held, or when a planted bug was found.
 */
export async function exploreAll(options: {
  readonly schedules: number;
  readonly seed: number;
  readonly mutant?: Mutant;
}): Promise<number> {
  const { schedules, seed: firstSeed, mutant = NO_MUTANT } = options;
  const core = await mutatedCore(mutant);
  const startedMs = performance.now();
  const failing = await explore({ core, defects: mutant.defects ?? {}, firstSeed, schedules });
  const tookMs = performance.now() - startedMs;
  const played = failing === undefined ? schedules : failing.seed - firstSeed + 1;
  const figures = `${(tookMs / 1_000).toFixed(1)} s, ${(tookMs / played).toFixed(2)} ms each`;
  if (failing === undefined) print(`${played} schedules from seed ${firstSeed}: everything held (${figures})`);
  else print(`seed ${failing.seed} fails, after ${played - 1} that held (${figures}): ${failing.violation}`);
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
