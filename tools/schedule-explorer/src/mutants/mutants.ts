import { CORE_MUTANTS } from './core-mutants.ts';
import { type CoreMutant, type Mutant, NO_MUTANT } from './mutant.ts';
import { WORLD_MUTANTS } from './world-mutants.ts';

/** All bugs that the explorer has to find. */
export const MUTANTS: readonly Mutant[] = [...WORLD_MUTANTS, ...CORE_MUTANTS.map(planted)];

function planted({ name, bug, alsoEdits = [], ...edit }: CoreMutant): Mutant {
  return { name, bug, edits: [edit, ...alsoEdits] };
}

/** @throws {RangeError} when there is no such mutant. */
export function mutantNamed(name: string): Mutant {
  const mutant = [NO_MUTANT, ...MUTANTS].find((each) => each.name === name);
  if (mutant === undefined) {
    throw new RangeError(`no mutant ${name}; there are ${MUTANTS.map((each) => each.name).join(', ')}`);
  }
  return mutant;
}
