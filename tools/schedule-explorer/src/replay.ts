import { Choices } from './choices.ts';
import { mutatedCore } from './mutants/mutated-core.ts';
import { type Mutant, NO_MUTANT } from './mutants/mutant.ts';
import { playSchedule } from './schedule.ts';
import type { Judge } from './shrink.ts';

/**
 * Plays the schedule of a seed and says what happens in it.
 * @returns the exit code: 0 when everything held.
 */
export async function replay({ seed, mutant = NO_MUTANT }: { seed: number; mutant?: Mutant }): Promise<number> {
  const violation = await print(Choices.seeded(seed), mutant);
  return violation === undefined ? 0 : 1;
}

/** Plays the schedule of these choices and says what happens in it. */
export async function printSchedule(choices: readonly number[], mutant: Mutant): Promise<void> {
  await print(Choices.replayed(choices), mutant);
}

/** Tells what does not hold with this bug planted. */
export async function judgeOf(mutant: Mutant): Promise<Judge> {
  const core = await mutatedCore(mutant);
  const { defects = {} } = mutant;
  return (made) => playSchedule({ core, defects, choices: Choices.replayed(made) });
}

async function print(choices: Choices, mutant: Mutant): Promise<string | undefined> {
  const core = await mutatedCore(mutant);
  const trace = (text: string) => {
    process.stdout.write(`  ${text}\n`);
  };
  const violation = await playSchedule({ core, defects: mutant.defects ?? {}, choices, trace });
  trace(violation ?? 'everything held');
  return violation;
}
