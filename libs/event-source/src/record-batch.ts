import { ListedRecords, type RecordBatch, type RecordCursor, type SourceRecord } from '@antenna/ingestion';
import type { Batch, KafkaMessage } from 'kafkajs';
import { StoredBatch } from './stored-batch.ts';
import { StoredRecords } from './stored-records.ts';

/** A batch as kafkajs has it at run time; its types leave out the offset that it was fetched from. */
type FetchedBatch = Batch & { readonly fetchedOffset: string };

/** @throws {TypeError} when the client gives no fetched offset: without it no batch can be trusted. */
export function recordBatch(batch: Batch): RecordBatch {
  if (!hasFetchedOffset(batch))
    throw new TypeError('this version of kafkajs does not tell where a batch was fetched from');
  const fetchedOffset = Number(batch.fetchedOffset);
  return {
    partition: batch.partition,
    fetchedOffset,
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(batch.highWatermark),
    records: () => recordsOf(batch.messages, fetchedOffset),
  };
}

function hasFetchedOffset(batch: Batch): batch is FetchedBatch {
  return 'fetchedOffset' in batch && Number.isSafeInteger(Number(batch.fetchedOffset));
}

/** @param messages of kafkajs, or what takes their place (lean-kafkajs.ts). */
function recordsOf(messages: readonly (KafkaMessage | StoredBatch)[], fromOffset: number): RecordCursor {
  const batches = messages.filter((message) => message instanceof StoredBatch);
  if (batches.length > 0) return new StoredRecords(batches, fromOffset);
  return new ListedRecords(
    messages.filter((message): message is KafkaMessage => !(message instanceof StoredBatch)).map(sourceRecord),
  );
}

function sourceRecord(message: KafkaMessage): SourceRecord {
  return {
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
  };
}
