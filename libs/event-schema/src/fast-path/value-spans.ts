/** Where the values of consecutive records are: value n takes `lengths[n]` of the bytes, from `starts[n]` on. */
export interface ValueSpans {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly starts: Int32Array;
  /** Below 0 for a tombstone. */
  readonly lengths: Int32Array;
}
