/** A column of texts: `codes` are indexes into the distinct `values`, which are in the order of first appearance. */
export interface DictionaryColumn {
  readonly values: readonly string[];
  readonly codes: Int32Array;
}

/**
 * Events of one partition in the order of their offsets, as columns. Every column has `rows` elements. Offsets, times
 * and bytes are integers below 2^53, so a Float64Array holds them exactly.
 */
export interface EventColumns {
  readonly rows: number;
  readonly partition: number;
  readonly offset: Float64Array;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly eventTimeMs: Float64Array;
  readonly bytes: Float64Array;
  readonly id: DictionaryColumn;
  readonly antennaId: DictionaryColumn;
  readonly app: DictionaryColumn;
}
