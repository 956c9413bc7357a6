declare module 'snappyjs' {
  /** @throws when the bytes are no Snappy block. */
  export function uncompress(packed: Buffer): Buffer;
}
