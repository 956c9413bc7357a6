import { Command, InvalidArgumentError } from 'commander';
import { exploreAll } from './explore-all.ts';
import { replay } from './replay.ts';
import { mutantNamed } from './mutants/mutants.ts';

interface Options {
  readonly schedules: number;
  readonly seed: number;
  readonly mutant?: ReturnType<typeof mutantNamed>;
  readonly replay?: number;
}

const options = new Command('explore')
  .description(
    'Plays the core of the speed layer through many schedules of faults, and tells of the first that breaks it.',
  )
  .option('--schedules <count>', 'how many schedules', wholeNumber, 100_000)
  .option('--seed <seed>', 'seed of the first; each one after it has the next seed', wholeNumber, 1)
  .option('--mutant <name>', 'plants a bug, which then has to be found', mutant)
  .option('--replay <seed>', 'plays one schedule and tells what happens in it', wholeNumber)
  .parse()
  .opts<Options>();

process.exitCode =
  options.replay === undefined ? await exploreAll(options) : await replay({ ...options, seed: options.replay });

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

function mutant(name: string) {
  try {
    return mutantNamed(name);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
