import { ByteWords } from '../texts/byte-words.ts';

/** The span [start, end) of a value in a record, without the quotation marks of a text. */
export interface ValueSpan<Kind> {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

/** The bytes between two values. */
interface Piece {
  readonly words: ByteWords;
  readonly length: number;
}

/**
 * The bytes before, between and after the values of a record. Records of one producer nearly always share them, so that
 * names, colons and spaces are compared at once instead of parsed one by one.
 */
export class RecordTemplate<Kind> {
  /** Kinds of the values, in their order. */
  readonly kinds: readonly Kind[];
  readonly #pieces: readonly Piece[];

  /** Creates the template of the record in bytes [start, end) with these values. */
  constructor({ bytes }: ByteWords, start: number, end: number, values: readonly ValueSpan<Kind>[]) {
    this.kinds = values.map(({ kind }) => kind);
    const starts = [start, ...values.map((value) => value.end)];
    const ends = [...values.map((value) => value.start), end];
    this.#pieces = starts.map((from, index) => {
      // A copy, which `slice` of a Buffer is not: a template must not keep a whole fetch in memory.
      const piece = Uint8Array.prototype.slice.call(bytes, from, ends[index]);
      return { words: new ByteWords(piece), length: piece.length };
    });
  }

  /** @returns the end of the piece before value `index` (or after the last) if it stands at this position; else -1. */
  endOfPiece(index: number, record: ByteWords, at: number, end: number): number {
    const piece = this.#pieces[index];
    if (piece === undefined || at + piece.length > end) return -1;
    return record.isSame(at, at + piece.length, piece.words, 0) ? at + piece.length : -1;
  }
}
