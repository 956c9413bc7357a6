import type { TotalType } from '@antenna/aggregation';
import type { HourRange, ManifestFile } from './ports.ts';

/** A run that changed rows of an hour after one of its runs was final. */
export interface CorrectionRun {
  /** The run's number in the store. */
  readonly runId: number;
  readonly hourMs: number;
  /** The run whose result it replaced. */
  readonly formerRunId: number;
  readonly oldRevision: number;
  readonly newRevision: number;
  /** False when the hour was not final any more: the result may change again. */
  readonly wasFinal: boolean;
  /** Empty when none is known. */
  readonly causes: readonly CorrectionCause[];
  /** Changed hourly totals. */
  readonly hourlyRows: number;
  /** Changed rows of users over quota. */
  readonly quotaRows: number;
  /** By the store's clock, milliseconds since 1970. */
  readonly correctedAtMs: number;
}

/** Why rows changed (docs/commit-protocol.md, "Corrections"). */
export type CorrectionCause =
  | { readonly kind: 'late_events'; readonly events: number; readonly files: readonly LateFile[] }
  | {
      readonly kind: 'replayed_dead_letters';
      readonly records: number;
      readonly files: readonly { readonly path: string; readonly records: number }[];
    }
  | {
      readonly kind: 'acknowledged_gap';
      readonly gaps: readonly {
        readonly topic: string;
        readonly partition: number;
        readonly fromOffset: number;
        readonly toOffset: number;
      }[];
    }
  | {
      readonly kind: 'acknowledged_truncation';
      readonly truncations: readonly {
        readonly topic: string;
        readonly partition: number;
        readonly generation: number;
        readonly fromOffset: number;
      }[];
    }
  | {
      readonly kind: 'another_decoder';
      readonly versions: readonly number[];
      readonly formerVersions: readonly number[];
    }
  | { readonly kind: 'foreign_files'; readonly added: number; readonly removed: number }
  | { readonly kind: 'changed_quota'; readonly users: number }
  | { readonly kind: 'erasure' }
  | { readonly kind: 'altered_rows' };

/** A file of the hour that the former run did not read. */
type LateFile = Pick<
  ManifestFile,
  'path' | 'topic' | 'partition' | 'generation' | 'startOffset' | 'endOffset' | 'rows'
>;

/** A row before and after a correction. An undefined value stands for no row. */
export interface CorrectedRow {
  readonly type: TotalType | 'user_quota_limit';
  /** The id of an hourly total; the e-mail of a user over quota, undefined when the user has none. */
  readonly id: string | undefined;
  /** Bytes in the hour. */
  readonly oldValue: bigint | undefined;
  readonly newValue: bigint | undefined;
  /** Only of users over quota. */
  readonly oldQuota: bigint | undefined;
  readonly newQuota: bigint | undefined;
}

/** The record of corrections, which is only added to. */
export interface CorrectionStore {
  /** The runs that corrected hours of the range, in the order of hour and run. */
  runs(range: HourRange): Promise<readonly CorrectionRun[]>;
  /** The rows that a run corrected, by type and id. */
  rows(runId: number): AsyncIterable<CorrectedRow>;
}
