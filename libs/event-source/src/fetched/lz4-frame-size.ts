/** LZ4 frame format, little-endian: github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
const FRAME_MAGIC = 0x184d2204;
const HEAD_LENGTH = 7;
const [HAS_BLOCK_CHECKSUMS, HAS_CONTENT_SIZE, HAS_DICTIONARY] = [0x10, 0x08, 0x01];
const IS_STORED = 0x80000000;

/**
 * LZ4 sequences: a length of 15 or more continues in further bytes; a match is 4 bytes longer than its stored length.
 */
const LONG_LENGTH = 15;
const LEAST_MATCH = 4;

/**
 * The unpacked size of a frame, found without unpacking it. When the block count alone proves that the size is at most
 * `maxBytes`, returns the largest size that these blocks can hold; otherwise returns the exact size.
 * @throws {RangeError} when the bytes are no LZ4 frame, or are cut short.
 */
export function lz4FrameSize(packed: Buffer, maxBytes: number): number {
  if (packed.readUInt32LE(0) !== FRAME_MAGIC) throw new RangeError('no frame of LZ4');
  const blocks = blocksOf(packed);
  const greatest = blocks.length * greatestBlockSize(packed.readUInt8(5));
  return greatest <= maxBytes ? greatest : blocks.reduce((sum, block) => sum + sizeOf(block), 0);
}

interface Lz4Block {
  readonly bytes: Buffer;
  readonly isStored: boolean;
}

function blocksOf(packed: Buffer): readonly Lz4Block[] {
  const flags = packed.readUInt8(4);
  const checksumLength = (flags & HAS_BLOCK_CHECKSUMS) === 0 ? 0 : 4;
  const blocks: Lz4Block[] = [];
  let start = HEAD_LENGTH + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & HAS_DICTIONARY) === 0 ? 0 : 4);
  for (let word = packed.readUInt32LE(start); word !== 0; word = packed.readUInt32LE(start)) {
    const end = start + 4 + (word & ~IS_STORED);
    if (end > packed.length) throw new RangeError(`a block of LZ4 reaches to byte ${end} of ${packed.length}`);
    blocks.push({ bytes: packed.subarray(start + 4, end), isStored: word >= IS_STORED });
    start = end + checksumLength;
  }
  return blocks;
}

/** @returns 64 KiB, 256 KiB, 1 MiB or 4 MiB. */
function greatestBlockSize(descriptor: number): number {
  return 2 ** (8 + 2 * ((descriptor >> 4) & 7));
}

/** Adds up the lengths of the block's sequences: literals, and matches that copy earlier bytes. */
function sizeOf({ bytes, isStored }: Lz4Block): number {
  if (isStored) return bytes.length;
  const lengths = new SequenceLengths(bytes);
  let size = 0;
  while (lengths.hasMore) size += lengths.next();
  return size;
}

class SequenceLengths {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  /** The last sequence of a block has no match. */
  next(): number {
    const token = this.#bytes.readUInt8(this.#position++);
    const literals = this.#length(token >> 4);
    this.#position += literals;
    if (!this.hasMore) return literals;
    this.#position += 2;
    return literals + this.#length(token & LONG_LENGTH) + LEAST_MATCH;
  }

  #length(start: number): number {
    let length = start;
    for (let more = start === LONG_LENGTH ? 255 : 0; more === 255; length += more) {
      more = this.#bytes.readUInt8(this.#position++);
    }
    return length;
  }
}
