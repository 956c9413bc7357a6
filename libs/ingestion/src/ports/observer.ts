import type { UnreadableLogError } from './event-source.ts';
import type { ArchivedFile, TotalsCommit } from './position-store.ts';

/** Why a partition is stopped while the others go on. */
export type FaultCode =
  | 'DATA_GAP'
  | 'TOPIC_RECREATED'
  | 'LOG_TRUNCATED'
  | 'ARCHIVE_CONFLICT'
  | 'SUM_OUT_OF_RANGE'
  | 'PARTITION_UNAVAILABLE'
  | UnreadableLogError['code'];

export type IngestionEvent =
  /** The consumer group has assigned these partitions. */
  | { readonly kind: 'assigned'; readonly partitions: readonly number[] }
  | { readonly kind: 'claimed'; readonly partitions: readonly number[] }
  | { readonly kind: 'batch'; readonly partition: number; readonly records: number; readonly lagRecords: number }
  /** Offsets from the last one taken to the end of the partition; undefined when its end cannot be read. */
  | { readonly kind: 'lag'; readonly partition: number; readonly lagRecords: number | undefined }
  | {
      readonly kind: 'committed';
      readonly commit: TotalsCommit;
      readonly events: number;
      readonly eventBytes: bigint;
      readonly durationMs: number;
    }
  | { readonly kind: 'archived'; readonly partition: number; readonly files: readonly ArchivedFile[] }
  | { readonly kind: 'intents'; readonly open: number }
  | { readonly kind: 'refused'; readonly operation: string; readonly message: string }
  | { readonly kind: 'commit-divided'; readonly records: number; readonly code: string; readonly message: string }
  | {
      readonly kind: 'partition-stopped';
      readonly partition: number;
      readonly code: FaultCode;
      readonly message: string;
    }
  | { readonly kind: 'partition-resumed'; readonly partition: number }
  | {
      readonly kind: 'unexpected-batch';
      readonly partition: number;
      readonly expected: number;
      readonly fetched: number;
    };

/** Receives what the core reports for metrics and logs. Must not throw. */
export interface IngestionObserver {
  observe(event: IngestionEvent): void;
}
