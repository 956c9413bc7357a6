import type { CommandLine } from '../measure/run-measured.ts';
import type { RunPlace } from '../stack/run-place.ts';
import type { BenchUser } from '../workload/users.ts';

/** A pipeline that can be measured. */
export interface Contestant {
  readonly name: string;
  /** Makes the tables in an empty database. */
  prepare(at: RunPlace, users: readonly BenchUser[]): Promise<void>;
  /** Reads a topic to its end, keeps totals and archives every event. */
  drain(at: RunPlace, topic: string): CommandLine;
  /** Seconds that a drain took by its own account, without the start of its process. */
  drainSeconds(output: string): number;
  /** Computes an hour of the archive. */
  batchHour(at: RunPlace, hourMs: number): CommandLine;
}
