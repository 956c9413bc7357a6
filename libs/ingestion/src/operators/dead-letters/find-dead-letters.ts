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

/** A dead letter with all that could be found of its record. */
export interface FoundDeadLetter extends RecordPlace {
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly timestampMs: number | undefined;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** False: key or value is only what the database keeps of it, and the record is not in the topic any more. */
  readonly isComplete: boolean;
  readonly replay: Replay | undefined;
}

export interface FoundDeadLetters {
  readonly letters: readonly FoundDeadLetter[];
  /** Offsets of those that are stored whole. */
  readonly whole: ReadonlySet<number>;
  /** Ranges that reach into the span: of those that they count, the ones that the topic still holds were found. */
  readonly ranges: readonly CountedDeadLetters[];
  /** There are more than were asked for. */
  readonly hasMore: boolean;
}

interface Search {
  readonly store: DeadLetterStore;
  readonly reader: RecordReader;
  readonly most: number;
  /** Which of them; all unless given. */
  readonly isWanted?: ((letter: FoundDeadLetter, isWhole: boolean) => boolean) | undefined;
}

/**
 * Finds the dead letters of a span: those that are stored whole, and by reading the topic again those of ranges, and the
 * rest of what is too long to be kept. Which records of a range are meant is decided by the decoder, as it was before.
 */
export async function findDeadLetters(
  span: OffsetSpan,
  { store, reader, most, isWanted = () => true }: Search,
): Promise<FoundDeadLetters> {
  const stored = await store.find(span);
  const wanted = stored.whole
    .map((letter) => foundWhole(span.partition, letter, stored))
    .filter((letter) => isWanted(letter, true));
  const whole = new Set(stored.whole.map(({ offset }) => offset));
  const found = new Map(wanted.map((letter) => [letter.offset, letter]));
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

/** A key of just so many bytes may have been longer. */
function isComplete({ key, payload, payloadBytes }: WholeDeadLetter): boolean {
  return (key?.length ?? 0) < MAX_KEPT_BYTES && (payload?.length ?? 0) === (payloadBytes ?? 0);
}

/** From the first record that has to be read again to the last. */
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

/** The record as a dead letter of this span; undefined when it is none, or nothing of it was missing. */
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

/** Whether the topic holds the record that was kept, and not one of a topic that was created again. */
function beginsWith({ key, value }: SourceRecord, kept: WholeDeadLetter): boolean {
  return startsWith(key, kept.key) && startsWith(value, kept.payload) && value?.length === kept.payloadBytes;
}

function startsWith(bytes: Uint8Array | null, beginning: Uint8Array | null): boolean {
  if (bytes === null || beginning === null) return bytes === beginning;
  return beginning.every((byte, index) => bytes[index] === byte);
}
