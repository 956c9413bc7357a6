import { ByteCursor } from './byte-cursor.ts';
import { batchesOf, isReadable } from './record-set.ts';
import type { StoredBatch } from './stored-batch.ts';
import { type AbortedTransaction, visibleBatches } from './visible-batches.ts';

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
  /** Their records are hidden already. */
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  readonly messages: readonly StoredBatch[];
}

/**
 * Reads a response whose topics are all wanted, down to the batches of records.
 * @returns undefined for any other, and where a batch is of a format that no broker has written since Kafka 0.11.
 */
export async function fetchResponse(
  raw: Buffer,
  isWanted: (topic: string) => boolean,
): Promise<FetchResponse | undefined> {
  const cursor = new ByteCursor(raw);
  const [clientSideThrottleTime, errorCode, sessionId] = [cursor.int32(), cursor.int16(), cursor.int32()];
  const topics = cursor.array(() => ({ topicName: cursor.text(), partitions: cursor.array(() => partition(cursor)) }));
  const isOurs = topics.every(({ topicName, partitions }) => {
    return topicName !== null && isWanted(topicName) && partitions.every(({ recordSet }) => isReadable(recordSet));
  });
  if (!isOurs) return undefined;
  const responses = topics.map(async ({ topicName, partitions }) => ({
    topicName,
    partitions: await Promise.all(partitions.map(withMessages)),
  }));
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses: await Promise.all(responses) };
}

function partition(cursor: ByteCursor) {
  return {
    partition: cursor.int32(),
    errorCode: cursor.int16(),
    highWatermark: String(cursor.int64()),
    lastStableOffset: String(cursor.int64()),
    lastStartOffset: String(cursor.int64()),
    aborted: cursor.array((): AbortedTransaction => ({ producerId: cursor.int64(), firstOffset: cursor.int64() })),
    preferredReadReplica: cursor.int32(),
    recordSet: cursor.take(Math.max(0, cursor.int32())),
  };
}

async function withMessages({ aborted, recordSet, ...head }: ReturnType<typeof partition>): Promise<FetchedPartition> {
  const messages = visibleBatches(await batchesOf(recordSet), aborted);
  return { ...head, abortedTransactions: [], messages };
}
