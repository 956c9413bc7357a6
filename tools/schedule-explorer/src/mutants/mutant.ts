import type { Defects } from '../world/world.ts';

/** A change of one place of a library's sources; what is looked for must be there exactly once. */
export interface SourceEdit {
  /** By default the speed layer's core. */
  readonly library?: 'ingestion' | 'event-source';
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that the explorer has to find. */
export interface Mutant {
  readonly name: string;
  /** What is wrong, and what comes of it. */
  readonly bug: string;
  /** In the core. */
  readonly edits?: readonly SourceEdit[];
  /** In what surrounds it. */
  readonly defects?: Defects;
}

/** A bug of the core, by the change of its sources that makes it. */
export interface CoreMutant extends SourceEdit, Pick<Mutant, 'name' | 'bug'> {
  /** Further changes that the bug takes. */
  readonly alsoEdits?: readonly SourceEdit[];
}

/** Everything as it is. */
export const NO_MUTANT: Mutant = { name: 'none', bug: 'none' };
