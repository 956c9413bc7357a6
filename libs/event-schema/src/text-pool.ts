import { isEventText } from './event-text.ts';

/** With more texts, or more bytes of them, a pool begins anew. A text of 36 bytes takes about 150 bytes of memory. */
const BOUNDS = { maxTexts: 2 ** 18, maxBytes: 2 ** 24 };

const FIRST_SLOTS = 2 ** 10;
const FIRST_BYTES = 2 ** 14;

/**
 * Texts that differ and come to the same place. Half of the places are free, so that it takes somebody who has chosen
 * them to have as many; then the pool begins anew.
 */
const MAX_PROBES = 128;

/** What FNV-1a begins with. */
export const HASH_SEED = 0x811c9dc5;

/** One step of FNV-1a. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Numbers texts by their UTF-8 bytes: the same bytes have the same number, so that each text is decoded and judged once,
 * and whoever counts by number needs no map of texts. Bounded: when it is full it begins anew, with another array of
 * texts, and numbers that were given before are those of the array of then.
 */
export class TextPool {
  #texts: string[] = [];
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  /** Where a text's bytes begin in `#bytes`; the next one's begin where they end. */
  #starts = new Int32Array(FIRST_SLOTS / 2 + 1);
  #bytes = new Uint8Array(FIRST_BYTES);
  readonly #bounds: typeof BOUNDS;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** By number; it grows. Another array than before means that the pool has begun anew. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /**
   * The number of the text of bytes[start, end), or -1 when they are no text that an event may hold.
   * @param hash of these bytes, from `HASH_SEED` on.
   */
  numberOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return this.#added(bytes.subarray(start, end), hash, slot);
      if (this.#hashes[entry] === hash && this.#holds(entry, bytes, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    this.#beginAnew();
    return this.numberOf(bytes, start, end, hash);
  }

  /** Likewise of a text that an event may hold. */
  numberOfText(text: string): number {
    const bytes = encoder.encode(text);
    return this.numberOf(bytes, 0, bytes.length, bytes.reduce(hashStep, HASH_SEED));
  }

  #holds(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[entry] ?? 0;
    if ((this.#starts[entry + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at += 1) if (this.#bytes[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #added(bytes: Uint8Array, hash: number, slot: number): number {
    const text = decoded(bytes);
    if (text === undefined) return -1;
    if (this.#isFull(bytes.length)) {
      this.#beginAnew();
      return this.numberOf(bytes, 0, bytes.length, hash);
    }
    const entry = this.#push(text, bytes, hash);
    this.#slots[slot] = entry + 1;
    if (this.#texts.length === this.#hashes.length) this.#grow();
    return entry;
  }

  #push(text: string, bytes: Uint8Array, hash: number): number {
    const entry = this.#texts.push(text) - 1;
    const start = this.#starts[entry] ?? 0;
    if (start + bytes.length > this.#bytes.length) this.#bytes = enlarged(this.#bytes, start + bytes.length);
    this.#bytes.set(bytes, start);
    this.#starts[entry + 1] = start + bytes.length;
    this.#hashes[entry] = hash;
    return entry;
  }

  #isFull(moreBytes: number): boolean {
    const { maxTexts, maxBytes } = this.#bounds;
    const texts = this.#texts.length;
    return texts >= maxTexts || (this.#starts[texts] ?? 0) + moreBytes > maxBytes;
  }

  #beginAnew(): void {
    this.#texts = [];
    this.#slots.fill(0);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#texts.length; entry += 1) {
      const hash = this.#hashes[entry] ?? 0;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
    const hashes = new Int32Array(slots.length / 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Int32Array(slots.length / 2 + 1);
    starts.set(this.#starts);
    this.#starts = starts;
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return isEventText(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function enlarged(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes.length * 2, length));
  larger.set(bytes);
  return larger;
}
