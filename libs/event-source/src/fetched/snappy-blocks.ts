import { VariableLengthReader } from './variable-length-reader.ts';

/**
 * Header of the framing that Java producers use: a name and two version numbers; blocks with length prefixes follow.
 */
const FRAME_NAME = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAME_HEAD_LENGTH = 16;

export interface SnappyBlock {
  readonly bytes: Buffer;
  /** Unpacked size in bytes, from the head of the block. */
  readonly size: number;
}

/** The blocks of data packed with Snappy, with or without framing. @throws {RangeError} when a block is cut short. */
export function snappyBlocks(packed: Buffer): readonly SnappyBlock[] {
  if (!packed.subarray(0, FRAME_NAME.length).equals(FRAME_NAME)) return [blockOf(packed)];
  const blocks: SnappyBlock[] = [];
  for (let start = FRAME_HEAD_LENGTH; start < packed.length;) {
    const end = start + 4 + packed.readUInt32BE(start);
    if (end > packed.length) throw new RangeError(`a block of Snappy reaches to byte ${end} of ${packed.length}`);
    blocks.push(blockOf(packed.subarray(start + 4, end)));
    start = end;
  }
  return blocks;
}

function blockOf(bytes: Buffer): SnappyBlock {
  return { bytes, size: new VariableLengthReader(bytes).unsigned() };
}
