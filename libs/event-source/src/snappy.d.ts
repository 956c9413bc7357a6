declare module 'kafkajs-snappy' {
  const codec: () => {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
    decompress(buffer: Buffer): Promise<Buffer>;
  };
  export default codec;
}
declare module 'snappyjs' {
  /** @throws when the bytes are no Snappy block. */
  export function uncompress(packed: Buffer): Buffer;
}
