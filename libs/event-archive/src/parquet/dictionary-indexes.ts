/** From this length on, a run of equal indexes takes fewer bytes as a value with its count than as packed bits. */
const LEAST_RUN = 16;
/** Number of indexes that are packed together: eight indexes of any width fill whole bytes. */
const GROUP = 8;
/** Upper bound of the bytes of a count, and of a count with the value of its run. */
const RUN_BYTES = 10;

/** Bits of an index into a dictionary of so many values. At least one: not every reader knows an index of no bits. */
export function indexWidth(values: number): number {
  return Math.max(1, 32 - Math.clz32(values - 1));
}

/**
 * A data page of indexes into a dictionary: their width in bits, then runs of equal indexes, and packed bits between them
 * (RLE_DICTIONARY in https://parquet.apache.org/docs/file-format/data-pages/encodings/).
 * @param width at most 24.
 */
export function indexPage(indexes: Int32Array, width: number): Buffer {
  const out = new HybridWriter(indexes, width);
  let packedFrom = 0;
  let at = 0;
  while (at < indexes.length) {
    const run = runAt(indexes, at);
    if (run < LEAST_RUN) {
      at = Math.min(at + GROUP, indexes.length);
      continue;
    }
    out.pack(packedFrom, at);
    out.repeat(indexes[at] ?? 0, run);
    at += run;
    packedFrom = at;
  }
  out.pack(packedFrom, at);
  return out.bytes();
}

function runAt(indexes: Int32Array, from: number): number {
  const first = indexes[from];
  let to = from + 1;
  while (to < indexes.length && indexes[to] === first) to += 1;
  return to - from;
}

class HybridWriter {
  readonly #indexes: Int32Array;
  readonly #width: number;
  readonly #out: Buffer;
  #size = 0;

  constructor(indexes: Int32Array, width: number) {
    this.#indexes = indexes;
    this.#width = width;
    const groups = Math.ceil(indexes.length / GROUP);
    this.#out = Buffer.allocUnsafe(1 + groups * (width + RUN_BYTES));
    this.#byte(width);
  }

  bytes(): Buffer {
    return this.#out.subarray(0, this.#size);
  }

  repeat(value: number, count: number): void {
    this.#varint(count * 2);
    for (let bits = 0; bits < this.#width; bits += 8) this.#byte((value >>> bits) & 0xff);
  }

  /** The last group is filled up with zeros, which no reader counts: only the last group of a page is not full. */
  pack(from: number, to: number): void {
    if (from === to) return;
    const groups = Math.ceil((to - from) / GROUP);
    this.#varint(groups * 2 + 1);
    let [waiting, bits, size] = [0, 0, this.#size];
    for (let row = from; row < from + groups * GROUP; row += 1) {
      waiting |= (row < to ? (this.#indexes[row] ?? 0) : 0) << bits;
      for (bits += this.#width; bits >= 8; bits -= 8) {
        this.#out[size++] = waiting & 0xff;
        waiting >>>= 8;
      }
    }
    this.#size = size;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest >>>= 7) this.#byte((rest & 0x7f) | 0x80);
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#out[this.#size++] = value;
  }
}
