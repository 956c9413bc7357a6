import { constants } from 'node:buffer';
import { promisify } from 'node:util';
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { decompressFrame } from 'lz4-napi';
import { uncompress } from 'snappyjs';
import { lz4FrameSize } from './lz4-frame-size.ts';
import { snappyBlocks } from './snappy-blocks.ts';

/** The batch unpacks to more bytes than the limit. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor(maxBytes: number) {
    super(`unpacks to more than ${maxBytes} bytes`);
  }
}

/** Up to this size a batch is unpacked in the JavaScript thread: handing it to another thread takes as long. */
const AT_ONCE_BYTES = 2 ** 11;

/** Size of zlib's output buffers: about the expected output, within these limits. */
const [LEAST_CHUNK_BYTES, GREATEST_CHUNK_BYTES] = [2 ** 14, 2 ** 20];
const USUAL_RATIO = 32;

/**
 * Unpacks the records of a batch, without parsing them.
 * @param codec number of the codec, from the batch's attributes.
 * @throws {TooLargeError} when the result is larger than `maxBytes`; hardly more than that is allocated.
 * @throws {Error} when the bytes are not packed by this codec, or the codec is unknown.
 */
export function unpack(packed: Buffer, codec: number, maxBytes: number): Buffer | Promise<Buffer> {
  switch (codec) {
    case 0:
      return packed;
    case 1:
      return unpackWithZlib(packed, maxBytes, { now: gunzipSync, later: gunzipLater });
    case 2:
      return unpackSnappy(packed, maxBytes);
    case 3:
      return unpackLz4(packed, maxBytes);
    case 4:
      return unpackWithZlib(packed, maxBytes, { now: zstdDecompressSync, later: zstdLater });
    default:
      throw new Error(`no codec has the number ${codec}`);
  }
}

interface ZlibOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

interface ZlibCodec {
  readonly now: (packed: Buffer, options: ZlibOptions) => Buffer;
  readonly later: (packed: Buffer, options: ZlibOptions) => Promise<Buffer>;
}

const gunzipLater = promisify(gunzip) as ZlibCodec['later'];
const zstdLater = promisify(zstdDecompress) as ZlibCodec['later'];

function unpackWithZlib(packed: Buffer, maxBytes: number, { now, later }: ZlibCodec): Buffer | Promise<Buffer> {
  const chunkSize = Math.min(Math.max(packed.length * USUAL_RATIO, LEAST_CHUNK_BYTES), GREATEST_CHUNK_BYTES);
  const options = { maxOutputLength: Math.min(maxBytes, constants.MAX_LENGTH), chunkSize };
  if (packed.length > AT_ONCE_BYTES) return later(packed, options).catch((error: unknown) => refuse(error, maxBytes));
  try {
    return now(packed, options);
  } catch (error) {
    return refuse(error, maxBytes);
  }
}

function refuse(error: unknown, maxBytes: number): never {
  const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
  throw isTooLarge ? new TooLargeError(maxBytes) : error;
}

function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  const blocks = snappyBlocks(packed);
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  if (size > maxBytes) throw new TooLargeError(maxBytes);
  return Buffer.concat(blocks.map(({ bytes }) => uncompress(bytes)));
}

/** The library allocates whatever size a frame declares, so the size is checked first. */
function unpackLz4(packed: Buffer, maxBytes: number): Promise<Buffer> {
  if (lz4FrameSize(packed, maxBytes) > maxBytes) throw new TooLargeError(maxBytes);
  return decompressFrame(packed);
}
