import { randomBytes } from 'node:crypto';
import type {
  OffsetRange,
  OffsetSpan,
  RecordBatch,
  RecordCursor,
  RecordReader,
  RecordReceiver,
  SourceRecord,
} from '@antenna/ingestion';
import { ProductError } from '@antenna/cli';
import type { Kafka } from 'kafkajs';
import { connectToKafka } from './connect-to-kafka.ts';
import type { KafkaLog } from './kafka-client.ts';
import { KafkaEventSource, type SubscriptionSettings } from './kafka-event-source.ts';

/** The topic does not deliver records that it may hold. */
export class TopicSilentError extends ProductError {
  readonly code = 'TOPIC_SILENT';
}

interface ReaderSettings extends SubscriptionSettings {
  readonly brokers: readonly string[];
}

/** The longest time without a batch before the read fails. */
const SILENCE_MS = 60_000;

/** Reads spans of the topic again, each in a consumer group of its own that commits no offsets. */
export class TopicReader implements RecordReader {
  readonly #kafka: Kafka;
  readonly #settings: ReaderSettings;
  readonly #log: KafkaLog;

  /** @param settings `groupId` is the prefix of the group names. */
  constructor(kafka: Kafka, settings: ReaderSettings, log: KafkaLog) {
    this.#kafka = kafka;
    this.#settings = settings;
    this.#log = log;
  }

  /** @throws {TopicSilentError} when no batch arrives for a minute, or the partition has no leader. */
  async read(span: OffsetSpan, take: (record: SourceRecord) => boolean): Promise<void> {
    const groupId = `${this.#settings.groupId}-again-${randomBytes(4).toString('hex')}`;
    const source = new KafkaEventSource(this.#kafka, { ...this.#settings, groupId }, this.#log);
    try {
      await connectToKafka(source, this.#settings.brokers, this.#log);
      const reading = new SpanReading(source, { span, range: rangeOf(span, await source.offsets()), take });
      if (!reading.isDone) {
        await source.run(reading);
        await Promise.race([reading.done, source.failure]);
      }
    } finally {
      await source.disconnect();
    }
  }
}

/** A copy of the record, for a caller that keeps it: the memory of a fetch is used no longer than its delivery takes. */
function kept({ key, value, ...rest }: SourceRecord): SourceRecord {
  return { ...rest, key: key && Uint8Array.from(key), value: value && Uint8Array.from(value) };
}

const NOTHING: OffsetRange = { earliest: 0, latest: 0, stable: 0 };

/** A partition that the topic lacks holds nothing. What a partition without a leader holds is unknown. */
function rangeOf({ partition }: OffsetSpan, offsets: ReadonlyMap<number, OffsetRange | undefined>): OffsetRange {
  const range = offsets.get(partition);
  if (range === undefined && offsets.has(partition))
    throw new TopicSilentError(`partition ${partition} has no leader: none of its records can be read`);
  return range ?? NOTHING;
}

interface SpanParts {
  readonly span: OffsetSpan;
  readonly range: OffsetRange;
  readonly take: (record: SourceRecord) => boolean;
}

/** Receives the batches of one span, as far as the topic still holds it. */
class SpanReading implements RecordReceiver {
  readonly #source: KafkaEventSource;
  readonly #parts: SpanParts;
  readonly #end: number;
  readonly #done = Promise.withResolvers<undefined>();
  #silence: NodeJS.Timeout | undefined;
  #next: number;

  constructor(source: KafkaEventSource, parts: SpanParts) {
    this.#source = source;
    this.#parts = parts;
    this.#next = Math.max(parts.span.firstOffset, parts.range.earliest);
    this.#end = Math.min(parts.span.lastOffset + 1, parts.range.stable);
  }

  get done(): Promise<undefined> {
    return this.#done.promise;
  }

  get isDone(): boolean {
    return this.#next >= this.#end;
  }

  onPartitionsAssigned(partitions: readonly number[]): Promise<void> {
    if (partitions.includes(this.#parts.span.partition)) this.#readOn();
    return Promise.resolve();
  }

  onBatch(batch: RecordBatch): boolean {
    const { partition, fetchedOffset, nextOffset } = batch;
    if (partition !== this.#parts.span.partition || this.isDone) return false;
    if (fetchedOffset !== this.#next) {
      this.#readOn();
      return false;
    }
    this.#moveTo(this.#takeAll(batch.records()) ? nextOffset : this.#end);
    return true;
  }

  /** @returns false when the callback needs no further record. */
  #takeAll(records: RecordCursor): boolean {
    while (records.next()) {
      const isInSpan = records.offset >= this.#next && records.offset < this.#end;
      if (isInSpan && !this.#parts.take(kept(records.record()))) return false;
    }
    return true;
  }

  waitForCapacity(): undefined {
    return undefined;
  }

  #readOn(): void {
    this.#moveTo(this.#next);
    this.#source.readFrom(this.#parts.span.partition, this.#next);
  }

  #moveTo(next: number): void {
    this.#next = next;
    clearTimeout(this.#silence);
    if (this.isDone) {
      this.#source.stopDelivery();
      this.#done.resolve(undefined);
      return;
    }
    this.#silence = setTimeout(() => {
      const { partition } = this.#parts.span;
      this.#done.reject(
        new TopicSilentError(
          `no record arrived from partition ${partition} at offset ${next} or later for ${SILENCE_MS / 1000} s`,
        ),
      );
    }, SILENCE_MS);
  }
}
