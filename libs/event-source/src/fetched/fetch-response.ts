import kafkajs from 'kafkajs';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { ByteCursor } from './byte-cursor.ts';
import { FetchedResponse, FetchedSet } from './fetched-set.ts';

/** A fetch response (version 11) in the structure of kafkajs, with a `FetchedSet` in place of messages. */
export interface FetchResponse {
  /** Always 0: the broker does not delay the response; it expects the client to pause. */
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
  /** Always empty for kafkajs: aborted transactions are hidden when the set is read. */
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  /** At most one set, with all batches of the partition. */
  readonly messages: readonly FetchedSet[];
}

/**
 * Decodes a response down to the stored batches of each partition, if it holds only topics that are read in sets.
 * @returns undefined when the response holds another topic.
 * @throws {kafkajs.KafkaJSError} when the response is cut short; the client then fetches again.
 */
export function fetchResponse(raw: Buffer, isWanted: (topic: string) => boolean): FetchResponse | undefined {
  try {
    const response = responseOf(new ByteCursor(raw), new FetchedResponse(raw));
    const isOurs = response.responses.every(({ topicName }) => topicName !== null && isWanted(topicName));
    return isOurs ? response : undefined;
  } catch (error) {
    throw new kafkajs.KafkaJSError(`a response to a fetch cannot be read: ${String(error)}`);
  }
}

function responseOf(cursor: ByteCursor, response: FetchedResponse): FetchResponse {
  return {
    throttleTime: 0,
    clientSideThrottleTime: cursor.int32(),
    errorCode: cursor.int16(),
    sessionId: cursor.int32(),
    responses: cursor.array(() => ({
      topicName: cursor.text(),
      partitions: cursor.array(() => partitionOf(cursor, response)),
    })),
  };
}

function partitionOf(cursor: ByteCursor, response: FetchedResponse): FetchedPartition {
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
  const messages = bytes.length === 0 ? [] : [new FetchedSet(bytes, aborted, response)];
  return { ...head, abortedTransactions: [], preferredReadReplica, messages };
}
