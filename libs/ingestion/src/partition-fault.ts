import { ArchiveConflictError } from './archive-sink/chunk-writer.ts';
import { DataGapError, LogTruncatedError, TopicRecreatedError } from './start-offset.ts';
import { type FaultCode, type Sink, UnreadableLogError } from './ports/index.ts';

/** Why one partition is stopped while the others go on. */
export interface PartitionFault {
  readonly code: FaultCode;
  readonly message: string;
  /** The sink that has the fault, if it is only one. */
  readonly sink?: Sink;
}

/** The topic has the partition, but no broker leads it now. It resumes by itself when it has a leader. */
export function unavailable(partition: number): PartitionFault {
  return {
    code: 'PARTITION_UNAVAILABLE',
    message: `partition ${partition} has no leader, or its leader does not answer: see which broker is away`,
  };
}

/** The fault of a partition for an error that concerns one partition only; undefined for any other error. */
export function faultOf(error: unknown): PartitionFault | undefined {
  if (error instanceof DataGapError) return { code: error.code, message: error.message, sink: error.sink };
  if (
    error instanceof TopicRecreatedError ||
    error instanceof LogTruncatedError ||
    error instanceof UnreadableLogError
  ) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof ArchiveConflictError) return { code: error.code, message: error.message, sink: 'archive' };
  return undefined;
}
