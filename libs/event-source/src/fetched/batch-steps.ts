import type { UndecodableRange } from '@antenna/ingestion';
import { AbortedTransactions } from './aborted-transactions.ts';
import { type BatchFault, batchFault, OldMessageFormatError, UnreadableBatchError } from './batch-fault.ts';
import type { FetchedSet, FetchPlace } from './fetched-set.ts';
import { type NoBatch, type PackedBatch, packedBatches, type UnpackedBatch } from './packed-batch.ts';
import { recordsFault, StoredRecords } from './stored-records.ts';

export interface Undecodable {
  readonly kind: 'undecodable';
  readonly range: UndecodableRange;
  /** Epoch of the leader that wrote the batch. */
  readonly leaderEpoch: number;
}

/** The classification of one batch of a fetched set. */
export type BatchStep =
  | { readonly kind: 'packed'; readonly batch: PackedBatch }
  /** A transaction marker, or a batch of an aborted transaction. */
  | { readonly kind: 'hidden'; readonly batch: UnpackedBatch }
  | Undecodable
  /** The batch is damaged, perhaps only in transit. No step follows. */
  | { readonly kind: 'to fetch again'; readonly fault: string }
  /** Nothing behind the batch can be read. No step follows. */
  | { readonly kind: 'unreadable'; readonly error: UnreadableBatchError | OldMessageFormatError };

/**
 * Classifies the batches of a fetched set in order, without unpacking them.
 * @param isRepeated whether the last fetch brought the same invalid bytes, so that the broker stores them that way.
 */
export function* batchSteps(
  { bytes, aborted }: FetchedSet,
  place: FetchPlace,
  isRepeated: (batch: Buffer) => boolean,
): Generator<BatchStep> {
  const transactions = new AbortedTransactions(aborted);
  let expected = place.fetchedOffset;
  for (const [batch, next] of withNext(packedBatches(bytes))) {
    const fault = faultOf(batch, { expected, next, place });
    if (fault !== undefined) {
      yield isRepeated(batch.bytes) ? storedFault(batch, fault, { expected, place }) : toFetchAgain(fault);
      return;
    }
    if (!('head' in batch)) return;
    const step = soundStep(batch, transactions);
    yield step;
    // An unreadable marker may end a transaction: only the next fetch says which batches behind it are hidden.
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

/** The step for an invalid batch that the broker stores with these bytes. */
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

/** The key of a marker holds version and type, 16 bits each; type 0 is an abort. */
function isAbort(marker: UnpackedBatch): boolean {
  const records = new StoredRecords([marker], 0);
  const key = records.next() ? records.record().key : null;
  return key?.length === 4 && key[2] === 0 && key[3] === 0;
}

/** The batch with its offsets, without its records. */
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
