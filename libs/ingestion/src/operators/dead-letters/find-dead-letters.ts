import { decode, type RejectionReason } from '@antenna/event-schema';
import { MAX_KEPT_BYTES } from '../../totals-sink/dead-letter.ts';
import type { SourceRecord } from '../../ports/index.ts';
import type {
  CountedDeadLetters,
  DeadLetterStore,
  OffsetSpan,
  RecordPlace,
  RecordReader,
  Replay,
  StoredDeadLetters,
  WholeDeadLetter,
} from './ports.ts';

/** A dead letter with the key and value of its record, as far as they are found. */
export interface FoundDeadLetter extends RecordPlace {
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly timestampMs: number | undefined;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** False when key or value is only the beginning that the database keeps, and the topic does not hold the record. */
  readonly isComplete: boolean;
  readonly replay: Replay | undefined;
}

export interface FoundDeadLetters {
  readonly letters: readonly FoundDeadLetter[];
  /** Offsets of the dead letters that are stored whole. */
  readonly whole: ReadonlySet<number>;
  /** Ranges that overlap the span. Only those of their records that the topic still holds are in `letters`. */
  readonly ranges: readonly CountedDeadLetters[];
  /** Whether there are more than the requested number. */
  readonly hasMore: boolean;
}

interface Search {
  readonly store: DeadLetterStore;
  readonly reader: RecordReader;
  readonly most: number;
  /** Selects dead letters; the default selects all. */
  readonly isWanted?: ((letter: FoundDeadLetter, isWhole: boolean) => boolean) | undefined;
}

/**
 * Finds the dead letters of a span. Those that are stored whole come from the store. The topic is read again for those
 * of ranges, and for payloads of which only the beginning is stored. The decoder decides, as it did at first, which
 * records of a range are dead letters.
 */
export async function findDeadLetters(
  span: OffsetSpan,
  { store, reader, most, isWanted = () => true }: Search,
): Promise<FoundDeadLetters> {
  const stored = await store.find(span);
  const selected = stored.whole
    .map((letter) => foundWhole(span.partition, letter, stored))
    .filter((letter) => isWanted(letter, true));
  const whole = new Set(stored.whole.map(({ offset }) => offset));
  const found = new Map(selected.map((letter) => [letter.offset, letter]));
  const missing = missingSpan(span, stored);
  if (missing !== undefined) {
    await reader.read(missing, (record) => {
      const letter = readAgain(span, record, stored);
      if (letter === undefined) return true;
      if (isWanted(letter, whole.has(letter.offset))) found.set(letter.offset, letter);
      return found.size <= most;
    });
  }
  const letters = [...found.values()].sort((left, right) => left.offset - right.offset);
  return {
    letters: letters.slice(0, most),
    whole,
    ranges: stored.ranges,
    hasMore: letters.length > most,
  };
}

/** Whether key and payload are stored to their end. A key of exactly the maximum length may have been longer. */
function isComplete({ key, payload, payloadBytes }: WholeDeadLetter): boolean {
  return (key?.length ?? 0) < MAX_KEPT_BYTES && (payload?.length ?? 0) === (payloadBytes ?? 0);
}

/** The span from the first record that has to be read again to the last; undefined when there is none. */
function missingSpan(span: OffsetSpan, { whole, ranges }: StoredDeadLetters): OffsetSpan | undefined {
  const ends = [
    ...whole.filter((letter) => !isComplete(letter)).flatMap(({ offset }) => offset),
    ...ranges.flatMap(({ firstOffset, lastOffset }) => [
      Math.max(span.firstOffset, firstOffset),
      Math.min(span.lastOffset, lastOffset),
    ]),
  ];
  if (ends.length === 0) return undefined;
  return { partition: span.partition, firstOffset: least(ends), lastOffset: -least(ends.map((end) => -end)) };
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => Math.min(left, right), Infinity);
}

function foundWhole(partition: number, letter: WholeDeadLetter, { replays }: StoredDeadLetters): FoundDeadLetter {
  const { offset, reason, detail, timestampMs, key, payload } = letter;
  const replay = replays.get(offset);
  return {
    partition,
    offset,
    reason,
    detail,
    timestampMs,
    key,
    value: payload,
    isComplete: isComplete(letter),
    replay,
  };
}

/** The record as a dead letter of this span; undefined when it is not one, or was already complete. */
function readAgain(
  { partition }: OffsetSpan,
  record: SourceRecord,
  { whole, ranges, replays }: StoredDeadLetters,
): FoundDeadLetter | undefined {
  const { offset, timestampMs, key, value } = record;
  const kept = whole.find((letter) => letter.offset === offset);
  if (kept !== undefined && (isComplete(kept) || !beginsWith(record, kept))) return undefined;
  const decoded = decode(value, timestampMs);
  if (decoded.ok) return undefined;
  const { reason, detail } = decoded;
  const isCounted = ranges.some(
    (range) => range.reason === reason && offset >= range.firstOffset && offset <= range.lastOffset,
  );
  if (kept === undefined && !isCounted) return undefined;
  return { partition, offset, reason, detail, timestampMs, key, value, isComplete: true, replay: replays.get(offset) };
}

/** Whether the topic's record is the stored one, and not a record of a recreated topic. */
function beginsWith({ key, value }: SourceRecord, kept: WholeDeadLetter): boolean {
  return startsWith(key, kept.key) && startsWith(value, kept.payload) && value?.length === kept.payloadBytes;
}

function startsWith(bytes: Uint8Array | null, beginning: Uint8Array | null): boolean {
  if (bytes === null || beginning === null) return bytes === beginning;
  return beginning.every((byte, index) => bytes[index] === byte);
}
