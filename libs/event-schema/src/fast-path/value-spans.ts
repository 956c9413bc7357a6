/** The places of the values of consecutive records: value n is the `lengths[n]` bytes from position `starts[n]` on. */
export interface ValueSpans {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly starts: Int32Array;
  /** Negative for a tombstone. */
  readonly lengths: Int32Array;
}
