import { fingerprintOf } from './fingerprint.ts';
import type { ClaimedPosition, Fingerprint, OpenIntent, RecordBatch, RecordCursor } from './ports/index.ts';

/**
 * The last record below a stored position, or below the end of an open intent. Between this record and the position,
 * the log held no record when it was read: only control records and the records of aborted transactions.
 */
export interface LastSeen {
  readonly fingerprint: Fingerprint;
  readonly position: number;
}

interface ReadUpTo extends Pick<ClaimedPosition, 'fingerprint' | 'nextOffset'> {
  readonly openIntent: Pick<OpenIntent, 'endOffset' | 'fingerprint'> | undefined;
}

/** The last record below each position, and of each open intent, where its fingerprint is stored. */
export function lastSeenOf(positions: readonly ReadUpTo[]): LastSeen[] {
  return positions.flatMap(({ fingerprint, nextOffset, openIntent }) => [
    ...seenBelow(nextOffset, fingerprint),
    ...seenBelow(openIntent?.endOffset ?? nextOffset, openIntent?.fingerprint),
  ]);
}

function seenBelow(position: number, fingerprint: Fingerprint | undefined): LastSeen[] {
  return fingerprint === undefined ? [] : [{ fingerprint, position }];
}

/**
 * Compares the records of a log with those that were seen below stored positions and intent ends, in the order of their
 * offsets. A difference shows that the log was truncated below such an offset, and filled again.
 */
export class SeenRecords {
  /** The records below positions that the comparison has not reached yet. */
  #awaited: readonly LastSeen[];
  /** Offsets of last records that the log still holds. */
  readonly #found = new Set<number>();

  constructor(seen: readonly LastSeen[]) {
    this.#awaited = seen;
  }

  /** Whether every position is reached. */
  get isDone(): boolean {
    return this.#awaited.length === 0;
  }

  /** The log now begins at `earliest`: a deleted record cannot be compared. */
  forgetBefore(earliest: number): void {
    this.#awaited = this.#awaited.filter(({ fingerprint }) => fingerprint.offset >= earliest);
  }

  /** @returns how a record differs from what was seen at its offset or before; undefined when it does not. */
  differenceAt(record: RecordCursor): string | undefined {
    for (const seen of this.#awaited) {
      const difference = this.#differenceFrom(seen, record);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  /**
   * To be called when all records below `end` have been compared. An undecodable batch cannot be compared: it is
   * accepted.
   * @returns how the log differs from what was seen below that offset; undefined when it does not.
   */
  differenceBelow(end: number, { undecodable }: Pick<RecordBatch, 'undecodable'>): MissingRecord | undefined {
    const missing = this.#awaited.find(({ fingerprint }) => fingerprint.offset < end && !this.#isFound(fingerprint));
    this.#awaited = this.#awaited.filter(({ position }) => position > end);
    if (missing === undefined) return undefined;
    const { offset } = missing.fingerprint;
    if (undecodable === undefined) return { offset, fact: `no record is at offset ${offset}` };
    this.#found.add(offset);
    return undefined;
  }

  #differenceFrom({ fingerprint, position }: LastSeen, record: RecordCursor): string | undefined {
    const { offset } = record;
    if (offset < fingerprint.offset) return undefined;
    if (offset === fingerprint.offset) {
      this.#found.add(offset);
      const isSame = fingerprintOf(record.record()).hash === fingerprint.hash;
      return isSame ? undefined : `the record at offset ${offset} is not the one seen there`;
    }
    if (!this.#isFound(fingerprint)) return `the record at offset ${fingerprint.offset} is not the one seen there`;
    return offset < position ? `a record is at offset ${offset}, where none was seen` : undefined;
  }

  #isFound({ offset }: Fingerprint): boolean {
    return this.#found.has(offset);
  }
}

interface MissingRecord {
  readonly offset: number;
  readonly fact: string;
}
