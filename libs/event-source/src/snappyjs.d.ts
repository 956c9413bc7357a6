declare module 'snappyjs' {
  /** @throws when the bytes are no block of Snappy. */
  export function uncompress(packed: Buffer): Buffer;
}
