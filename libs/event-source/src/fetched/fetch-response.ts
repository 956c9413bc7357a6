import kafkajs from 'kafkajs';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { ByteCursor } from './byte-cursor.ts';
import { FetchedSet } from './fetched-set.ts';

/** A response to a fetch (version 11) in the form that kafkajs gives it, but for what it holds in place of messages. */
export interface FetchResponse {
  /** The broker has not waited; it counts on the client to do so. */
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string | null;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  /** They are hidden when the set is read. */
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  /** None or one: all that has come. */
  readonly messages: readonly FetchedSet[];
}

/**
 * Reads a response whose topics are all wanted, down to what it holds of each partition.
 * @returns undefined for any other.
 * @throws {kafkajs.KafkaJSError} when it is cut short; then the client fetches again.
 */
export function fetchResponse(raw: Buffer, isWanted: (topic: string) => boolean): FetchResponse | undefined {
  try {
    const response = responseOf(new ByteCursor(raw));
    const isOurs = response.responses.every(({ topicName }) => topicName !== null && isWanted(topicName));
    return isOurs ? response : undefined;
  } catch (error) {
    throw new kafkajs.KafkaJSError(`a response to a fetch cannot be read: ${String(error)}`);
  }
}

function responseOf(cursor: ByteCursor): FetchResponse {
  return {
    throttleTime: 0,
    clientSideThrottleTime: cursor.int32(),
    errorCode: cursor.int16(),
    sessionId: cursor.int32(),
    responses: cursor.array(() => ({
      topicName: cursor.text(),
      partitions: cursor.array(() => partitionOf(cursor)),
    })),
  };
}

function partitionOf(cursor: ByteCursor): FetchedPartition {
  const head = {
    partition: cursor.int32(),
    errorCode: cursor.int16(),
    highWatermark: String(cursor.int64()),
    lastStableOffset: String(cursor.int64()),
    lastStartOffset: String(cursor.int64()),
  };
  const aborted = cursor.array((): AbortedTransaction => {
    return { producerId: cursor.int64(), firstOffset: cursor.int64() };
  });
  const preferredReadReplica = cursor.int32();
  const bytes = cursor.take(Math.max(0, cursor.int32()));
  const messages = bytes.length === 0 ? [] : [new FetchedSet(bytes, aborted)];
  return { ...head, abortedTransactions: [], preferredReadReplica, messages };
}
