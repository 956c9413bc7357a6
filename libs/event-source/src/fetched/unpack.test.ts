import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import snappy from 'kafkajs-snappy';
import { compressFrameSync } from 'lz4-napi';
import { TooLargeError, unpack } from './unpack.ts';

/** Buffers of up to 300 kB, with compression ratios from about 1 to 1000. */
const contents = fc
  .tuple(fc.uint8Array({ minLength: 2, maxLength: 60 }), fc.integer({ min: 1, max: 5_000 }))
  .map(([pattern, times]) => Buffer.concat(Array.from({ length: times }, () => pattern)));

const NAME_OF_XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);

async function snappyBlock(content: Buffer): Promise<Buffer> {
  return Buffer.from(await snappy().compress({ buffer: content }));
}

/** The framing of Java producers, with blocks of 32 kB. */
async function snappyFrames(content: Buffer): Promise<Buffer> {
  const blocks: Buffer[] = [NAME_OF_XERIAL];
  for (let start = 0; start < content.length; start += 32_768) {
    const block = await snappyBlock(content.subarray(start, start + 32_768));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    blocks.push(length, block);
  }
  return Buffer.concat(blocks);
}

describe.each([
  ['gzip', 1, (content: Buffer) => Promise.resolve(gzipSync(content))],
  ['Snappy', 2, snappyBlock],
  ["Snappy in Java's frames", 2, snappyFrames],
  ['LZ4', 3, (content: Buffer) => Promise.resolve(compressFrameSync(content))],
  ['zstd', 4, (content: Buffer) => Promise.resolve(zstdCompressSync(content))],
])('a batch packed with %s', (_name, codec, pack) => {
  it('unpacks to its original bytes if they are within the size limit', async () => {
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const packed = await pack(content);
        expect((await unpack(packed, codec, content.length)).equals(content)).toBe(true);
        await expect(async () => unpack(packed, codec, content.length - 1)).rejects.toThrow(TooLargeError);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused when it is cut short', async () => {
    const packed = await pack(Buffer.from('what was packed, what was packed, what was packed'));
    await expect(async () => unpack(packed.subarray(0, -5), codec, 1_000)).rejects.toThrow();
  });
});
