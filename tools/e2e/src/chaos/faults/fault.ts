import type { Chance } from '@antenna/simulator';
import type { ArchiveKind } from '../system/archive-place.ts';
import type { System } from '../system/system.ts';

/** What a fault needs for itself: of two that need the same, the second waits for the first. */
export type Resource = 'group' | 'postgres' | 'kafka' | 'storage' | 'hours';

/** One fault with all that chance has to say about it. */
export interface Fault {
  /** Under which it is counted. */
  readonly name: string;
  /** What exactly is done; the same for the same seed. */
  readonly text: string;
  /** Undefined: goes together with any other. */
  readonly resource: Resource | undefined;
  /** Does it, waits for its end and undoes it; what it finds to be wrong goes into `system.unexpected`. */
  inject(system: System): Promise<void>;
}

/** A kind of fault. */
export interface FaultKind {
  /** Archives that it can happen to. */
  readonly archives: readonly ArchiveKind[];
  /** How long it takes, about, where that is much longer than the others: see `USUAL_SECONDS` of the schedule. */
  readonly seconds?: number;
  /** A pure function of `chance`, that gives each fault of the kind the same resource. */
  draw(chance: Chance): Fault;
}

export const ANY_ARCHIVE: readonly ArchiveKind[] = ['local', 'gcs'];
