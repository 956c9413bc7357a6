import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Encoder {
  readonly buffer: Buffer;
}

/** kafkajs supports gzip only. These codecs are the others that Java producers use: Snappy, LZ4 and Zstandard. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrame, decompressFrame);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(promisify(zstdCompress), promisify(zstdDecompress));
}

type Transform = (data: Buffer) => Promise<Buffer>;

function codec(compress: Transform, decompress: Transform) {
  return () => ({ compress: ({ buffer }: Encoder) => compress(buffer), decompress });
}
