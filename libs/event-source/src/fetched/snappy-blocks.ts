import { VariableLengthReader } from './variable-length-reader.ts';

/** The framing of Java's producers: a name, two version numbers, then blocks with their lengths before them. */
const FRAME_NAME = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAME_HEAD_LENGTH = 16;

export interface SnappyBlock {
  readonly bytes: Buffer;
  /** Unpacked, as the block itself says. */
  readonly size: number;
}

/** The blocks of what a producer has packed with Snappy, in frames or not. @throws {RangeError} when one is cut short. */
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
