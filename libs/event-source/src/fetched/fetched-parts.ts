import type { BatchOrigin, RecordBatch, RecordCursor, UndecodableRange } from '@antenna/ingestion';
import { batchSteps, type FetchPlace } from './batch-steps.ts';
import type { FetchedSet } from './fetched-set.ts';
import type { PackedBatch } from './packed-batch.ts';
import { StoredRecords } from './stored-records.ts';
import type { Suspicions } from './suspicions.ts';
import type { Turns } from './turns.ts';
import { unpackAhead, type UnpackedStep, unpackLarge } from './unpack-ahead.ts';
import type { UnpackedBatch } from './unpacked-batch.ts';

/** A part ends with the batch that makes it as large, unpacked. */
const PART_BYTES = 4 * 2 ** 20;

/** Numbers of fetches, of all partitions of the process. */
let fetches = 0;

export interface PartsContext {
  readonly suspicions: Suspicions;
  /** Of all partitions of the process: one large batch is in memory at a time. */
  readonly largeBatches: Turns;
  /** A batch has come damaged; it and what follows it are left out, and to be fetched again. */
  readonly damaged: (fault: string) => void;
}

/**
 * What a fetch brought of a partition, in parts that are bounded by what they take unpacked, and each of which one leader
 * of the partition wrote. Each begins where the one before it ends. Only a few batches are unpacked ahead of the part that is being taken.
 *
 * The records of a part that nothing can be read behind throw `UnreadableBatchError` or `OldMessageFormatError`.
 */
export async function* fetchedParts(
  set: FetchedSet,
  place: FetchPlace,
  { suspicions, largeBatches, damaged }: PartsContext,
): AsyncGenerator<RecordBatch> {
  const part = new PartInMaking(place);
  const isStored = (batch: Buffer) => suspicions.isStored(place.partition, batch);
  for await (const step of unpackAhead(batchSteps(set, place, isStored))) {
    if (step.kind === 'to fetch again') damaged(step.fault);
    else if (step.kind !== 'large') yield* part.next(step);
    else {
      yield* part.end();
      yield* inTurn(largeBatches, () => part.nextLarge(step.batch));
    }
  }
  yield* part.end();
}

async function* inTurn<T>(turns: Turns, work: () => AsyncGenerator<T>): AsyncGenerator<T> {
  const endTurn = await turns.begin();
  try {
    yield* work();
  } finally {
    endTurn();
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

  /** Goes on with a batch. @yields parts that are complete. */
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

  /** The batch is a part of its own. */
  async *nextLarge(batch: PackedBatch): AsyncGenerator<RecordBatch> {
    yield* this.next(await unpackLarge(batch));
    yield* this.end();
  }

  /** @yields the part that has been begun. */
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
