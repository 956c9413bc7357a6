import type { UndecodableRange } from '@antenna/ingestion';
import { AbortedTransactions } from './aborted-transactions.ts';
import { type BatchFault, batchFault } from './batch-fault.ts';
import type { FetchedSet } from './fetched-set.ts';
import { type NoBatch, type PackedBatch, packedBatches } from './packed-batch.ts';
import { recordsFault, StoredRecords } from './stored-records.ts';
import type { UnpackedBatch } from './unpacked-batch.ts';
import { OldMessageFormatError, UnreadableBatchError } from './unreadable-batch.ts';

/** Where a fetched set comes from. */
export interface FetchPlace {
  readonly partition: number;
  readonly fetchedOffset: number;
  /** End of the partition (exclusive). */
  readonly highWatermark: number;
}

export interface Undecodable {
  readonly kind: 'undecodable';
  readonly range: UndecodableRange;
  /** Number of the leader that wrote it. */
  readonly leaderEpoch: number;
}

/** What a batch of a fetched set turns out to be. */
export type BatchStep =
  | { readonly kind: 'packed'; readonly batch: PackedBatch }
  /** A transaction marker, or records that were aborted. */
  | { readonly kind: 'hidden'; readonly batch: UnpackedBatch }
  | Undecodable
  /** It has come damaged, perhaps on its way only. No step follows. */
  | { readonly kind: 'to fetch again'; readonly fault: string }
  /** No step follows. */
  | { readonly kind: 'unreadable'; readonly error: UnreadableBatchError | OldMessageFormatError };

/**
 * Looks at the batches of a fetched set one after the other, and unpacks none of them.
 * @param isStored whether a batch that cannot be believed has come before with the same bytes.
 */
export function* batchSteps(
  { bytes, aborted }: FetchedSet,
  place: FetchPlace,
  isStored: (batch: Buffer) => boolean,
): Generator<BatchStep> {
  const transactions = new AbortedTransactions(aborted);
  let expected = place.fetchedOffset;
  for (const [batch, next] of withNext(packedBatches(bytes))) {
    const fault = faultOf(batch, { expected, next, place });
    if (fault !== undefined) {
      yield isStored(batch.bytes) ? storedFault(batch, fault, { expected, place }) : toFetchAgain(fault);
      return;
    }
    if (!('head' in batch)) return;
    const step = soundStep(batch, transactions);
    yield step;
    // What a marker says that cannot be read is not known here, but is to the broker in the next fetch.
    if (step.kind === 'undecodable') return;
    expected = batch.head.lastOffset + 1;
  }
}

function* withNext<T>(items: Iterable<T>): Generator<readonly [T, T | undefined]> {
  let last: T | undefined;
  for (const item of items) {
    if (last !== undefined) yield [last, item];
    last = item;
  }
  if (last !== undefined) yield [last, undefined];
}

interface Neighbours {
  readonly expected: number;
  readonly next: PackedBatch | NoBatch | undefined;
  readonly place: FetchPlace;
}

function faultOf(batch: PackedBatch | NoBatch, { expected, next, place }: Neighbours): BatchFault | undefined {
  if (!('head' in batch)) return { text: 'has no head of the current format', hasExtent: false };
  const nextOffset = next !== undefined && 'head' in next ? next.head.firstOffset : undefined;
  return batchFault(batch, {
    expected,
    isFirst: expected === place.fetchedOffset,
    end: place.highWatermark,
    nextOffset,
  });
}

function toFetchAgain({ text }: BatchFault): BatchStep {
  return { kind: 'to fetch again', fault: text };
}

/** A batch that is stored with a fault. */
function storedFault(
  batch: PackedBatch | NoBatch,
  { text, hasExtent }: BatchFault,
  { expected, place: { partition } }: Pick<Neighbours, 'expected' | 'place'>,
): BatchStep {
  if ('head' in batch && hasExtent) return undecodable(batch, 'damaged_batch', `the batch ${text}`);
  const isOldFormat = !('head' in batch) && batch.isOldFormat;
  const error = isOldFormat
    ? new OldMessageFormatError(partition, expected)
    : new UnreadableBatchError(partition, expected, text);
  return { kind: 'unreadable', error };
}

function soundStep(batch: PackedBatch, transactions: AbortedTransactions): BatchStep {
  const { head } = batch;
  const isAborted = transactions.hides(head);
  if (!head.isControl) return isAborted ? { kind: 'hidden', batch: withoutRecords(batch) } : { kind: 'packed', batch };
  const marker = unpackedBatch(batch, batch.packed);
  const fault = recordsFault(marker);
  if (fault !== undefined) return undecodable(batch, 'undecodable_batch', `a transaction marker: ${fault}`);
  if (isAbort(marker)) transactions.end(head.producerId);
  return { kind: 'hidden', batch: withoutRecords(batch) };
}

/** The key of a marker: version and type, of which 0 is an abort. */
function isAbort(marker: UnpackedBatch): boolean {
  const records = new StoredRecords([marker], 0);
  const key = records.next() ? records.record().key : null;
  return key?.length === 4 && key[2] === 0 && key[3] === 0;
}

/** A batch of which no record is delivered. */
function withoutRecords(batch: PackedBatch): UnpackedBatch {
  return { ...unpackedBatch(batch, Buffer.alloc(0)), recordCount: 0 };
}

export function unpackedBatch({ head }: PackedBatch, records: Buffer): UnpackedBatch {
  const { firstOffset, lastOffset, leaderEpoch, firstTimestampMs, appendedMs, recordCount } = head;
  return { firstOffset, lastOffset, leaderEpoch, firstTimestampMs, appendedMs, recordCount, records };
}

export function undecodable({ head }: PackedBatch, reason: UndecodableRange['reason'], detail: string): Undecodable {
  const { firstOffset, lastOffset, leaderEpoch, recordCount } = head;
  return { kind: 'undecodable', leaderEpoch, range: { firstOffset, lastOffset, records: recordCount, reason, detail } };
}
