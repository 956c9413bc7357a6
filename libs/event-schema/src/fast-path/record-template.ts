import { ByteWords } from './byte-words.ts';

/** A value of the record, without the quotation marks of a text. */
export interface ValueSpan<Kind> {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** Bytes that stand between values. */
interface Piece {
  readonly words: ByteWords;
  readonly length: number;
}

/**
 * How a record is written: all that stands before, between and after its values. Records of one producer nearly always
 * have the same, so that names, colons and spaces need not be read one by one again.
 */
export class RecordTemplate<Kind> {
  /** Of the values, in their order. */
  readonly kinds: readonly Kind[];
  readonly #pieces: readonly Piece[];

  /** The form of a record, bytes [start, end), with these values. */
  constructor({ bytes }: ByteWords, start: number, end: number, values: readonly ValueSpan<Kind>[]) {
    this.kinds = values.map(({ kind }) => kind);
    const starts = [start, ...values.map((value) => value.end)];
    const ends = [...values.map((value) => value.start), end];
    this.#pieces = starts.map((from, index) => {
      // A copy, which `slice` of a Buffer is not: a form must not hold a whole fetch in memory.
      const piece = Uint8Array.prototype.slice.call(bytes, from, ends[index]);
      return { words: new ByteWords(piece), length: piece.length };
    });
  }

  /** @returns where the piece before a value, or after the last, ends if it stands at this position; else -1. */
  endOfPiece(index: number, record: ByteWords, at: number, end: number): number {
    const piece = this.#pieces[index];
    if (piece === undefined || at + piece.length > end) return -1;
    return record.isSame(at, at + piece.length, piece.words, 0) ? at + piece.length : -1;
  }
}
