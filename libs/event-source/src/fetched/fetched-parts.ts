import type { BatchOrigin, RecordBatch, RecordCursor, UndecodableRange } from '@antenna/ingestion';
import { batchSteps } from './batch-steps.ts';
import type { FetchedSet, FetchPlace } from './fetched-set.ts';
import type { PackedBatch, UnpackedBatch } from './packed-batch.ts';
import { StoredRecords } from './stored-records.ts';
import { unpackAhead, type UnpackedStep, unpackLarge } from './unpack-ahead.ts';
import { createHash } from 'node:crypto';

/** A part ends with the batch that brings it to this size, unpacked. */
const PART_BYTES = 4 * 2 ** 20;

/** Counts the fetches of all partitions of the process, to number them. */
let fetches = 0;

export interface PartsContext {
  readonly invalidBatches: InvalidBatches;
  /** Shared by all partitions of the process, so that one large batch at a time is in memory. */
  readonly largeBatchMutex: Mutex;
  /** Called for a damaged batch. The batch and the rest of the fetch are dropped and have to be fetched again. */
  readonly damaged: (fault: string) => void;
}

/**
 * Divides the batches that one fetch brought of a partition into parts. A part has a bounded unpacked size and batches
 * of one leader epoch; each part begins at the offset where the previous one ends. Only a few batches are unpacked
 * ahead of the part that is consumed.
 *
 * When the log cannot be read on, the `records()` of the last part throws `UnreadableBatchError` or
 * `OldMessageFormatError`.
 */
export async function* fetchedParts(
  set: FetchedSet,
  place: FetchPlace,
  { invalidBatches, largeBatchMutex, damaged }: PartsContext,
): AsyncGenerator<RecordBatch> {
  const part = new PartInMaking(place);
  const isRepeated = (batch: Buffer) => invalidBatches.isRepeated(place.partition, batch);
  for await (const step of unpackAhead(batchSteps(set, place, isRepeated))) {
    if (step.kind === 'to fetch again') damaged(step.fault);
    else if (step.kind !== 'large') yield* part.next(step);
    else {
      yield* part.end();
      yield* exclusively(largeBatchMutex, () => part.nextLarge(step.batch));
    }
  }
  yield* part.end();
}

async function* exclusively<T>(mutex: Mutex, work: () => AsyncGenerator<T>): AsyncGenerator<T> {
  const release = await mutex.acquire();
  try {
    yield* work();
  } finally {
    release();
  }
}

class PartInMaking {
  readonly #place: FetchPlace;
  readonly #fetch = (fetches += 1);
  #fetchedOffset: number;
  #batches: UnpackedBatch[] = [];
  #bytes = 0;

  constructor(place: FetchPlace) {
    this.#place = place;
    this.#fetchedOffset = place.fetchedOffset;
  }

  /** Adds a batch to the open part. @yields the parts that this completes. */
  *next(step: Exclude<UnpackedStep, { readonly kind: 'large' | 'to fetch again' }>): Generator<RecordBatch> {
    switch (step.kind) {
      case 'unpacked':
        if (this.#batches.some(({ leaderEpoch }) => leaderEpoch !== step.batch.leaderEpoch)) yield* this.end();
        this.#batches.push(step.batch);
        this.#bytes += step.batch.records.length;
        if (this.#bytes >= PART_BYTES) yield* this.end();
        return;
      case 'undecodable':
        yield* this.end();
        yield this.#part(step.range.lastOffset + 1, noRecords, {
          origin: this.#origin(step.range.firstOffset, step.leaderEpoch),
          undecodable: step.range,
        });
        return;
      case 'unreadable':
        yield* this.end();
        yield this.#part(this.#fetchedOffset, () => {
          throw step.error;
        });
    }
  }

  /** Unpacks a large batch into a part of its own. */
  async *nextLarge(batch: PackedBatch): AsyncGenerator<RecordBatch> {
    yield* this.next(await unpackLarge(batch));
    yield* this.end();
  }

  /** @yields the open part, if it holds a batch. */
  *end(): Generator<RecordBatch> {
    const [batches, fetchedOffset] = [this.#batches, this.#fetchedOffset];
    const [first, last] = [batches.at(0), batches.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#batches = [];
    this.#bytes = 0;
    const origin = this.#origin(first.firstOffset, first.leaderEpoch);
    yield this.#part(last.lastOffset + 1, () => new StoredRecords(batches, fetchedOffset), { origin });
  }

  #origin(firstOffset: number, leaderEpoch: number): BatchOrigin {
    return { firstOffset, leaderEpoch, fetch: this.#fetch };
  }

  #part(
    nextOffset: number,
    records: () => RecordCursor,
    { origin, undecodable }: { readonly origin?: BatchOrigin; readonly undecodable?: UndecodableRange } = {},
  ): RecordBatch {
    const { partition, highWatermark } = this.#place;
    const fetchedOffset = this.#fetchedOffset;
    this.#fetchedOffset = nextOffset;
    return { partition, fetchedOffset, nextOffset, highWatermark, origin, records, undecodable };
  }
}

function noRecords(): RecordCursor {
  return new StoredRecords([], 0);
}

/**
 * Remembers the last invalid batch of each partition. Bytes may be damaged in transit: a batch counts as stored damaged
 * only when two fetches in a row bring the same bytes.
 */
export class InvalidBatches {
  readonly #digests = new Map<number, string>();

  /** Whether the partition's previous invalid batch had the same bytes. */
  isRepeated(partition: number, batch: Buffer): boolean {
    const digest = createHash('sha256').update(batch).digest('hex');
    const isRepeated = this.#digests.get(partition) === digest;
    this.#digests.set(partition, digest);
    return isRepeated;
  }
}

/** Admits one caller at a time, in the order of their calls. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves when all earlier callers have released it. @returns a function that releases it. */
  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const before = this.#last;
    this.#last = promise;
    await before;
    return () => {
      resolve(undefined);
    };
  }
}
