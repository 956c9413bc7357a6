import type { RecordBatch, SourceRecord } from '@antenna/ingestion';
import type { Batch, KafkaMessage } from 'kafkajs';

/** A batch as kafkajs has it at run time; its types leave out the offset that it was fetched from. */
type FetchedBatch = Batch & { readonly fetchedOffset: string };

/** @throws {TypeError} when the client gives no fetched offset: without it no batch can be trusted. */
export function recordBatch(batch: Batch): RecordBatch {
  if (!hasFetchedOffset(batch))
    throw new TypeError('this version of kafkajs does not tell where a batch was fetched from');
  return {
    partition: batch.partition,
    fetchedOffset: Number(batch.fetchedOffset),
    nextOffset: Number(batch.lastOffset()) + 1,
    highWatermark: Number(batch.highWatermark),
    records: batch.messages.map(sourceRecord),
  };
}

function hasFetchedOffset(batch: Batch): batch is FetchedBatch {
  return 'fetchedOffset' in batch && Number.isSafeInteger(Number(batch.fetchedOffset));
}

function sourceRecord(message: KafkaMessage): SourceRecord {
  return {
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
  };
}
