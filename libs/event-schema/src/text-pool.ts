import { isEventText } from './event-text.ts';

/** With more texts, or more bytes of them, a pool begins anew. A text of 36 bytes takes about 150 bytes of memory. */
const BOUNDS = { maxTexts: 2 ** 18, maxBytes: 2 ** 24 };

const FIRST_SLOTS = 2 ** 10;
const FIRST_BYTES = 2 ** 14;

/** Texts that differ and come to the same place: with more of them, somebody has chosen them so. */
const MAX_PROBES = 16;

/** What FNV-1a begins with. */
export const HASH_SEED = 0x811c9dc5;

/** One step of FNV-1a. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Texts by their UTF-8 bytes: for the same bytes always the same string, so that each is decoded and judged once, and
 * maps find it without comparing characters. Bounded; what it holds changes no answer.
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

  /**
   * The text of bytes[start, end), or undefined when they are no text that an event may hold.
   * @param hash of these bytes, from `HASH_SEED` on.
   */
  textOf(bytes: Uint8Array, start: number, end: number, hash: number): string | undefined {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probes = 0; probes < MAX_PROBES; probes += 1) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry < 0) return this.#added(slot, { bytes: bytes.subarray(start, end), hash });
      if (this.#hashes[entry] === hash && this.#holds(entry, bytes, start, end)) return this.#texts[entry];
      slot = (slot + 1) & mask;
    }
    return decoded(bytes.subarray(start, end));
  }

  #holds(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[entry] ?? 0;
    if ((this.#starts[entry + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at += 1) if (this.#bytes[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #added(slot: number, { bytes, hash }: { readonly bytes: Uint8Array; readonly hash: number }): string | undefined {
    const text = decoded(bytes);
    if (text === undefined) return undefined;
    const entry = this.#texts.push(text) - 1;
    const start = this.#starts[entry] ?? 0;
    if (start + bytes.length > this.#bytes.length) this.#bytes = enlarged(this.#bytes, start + bytes.length);
    this.#bytes.set(bytes, start);
    this.#starts[entry + 1] = start + bytes.length;
    this.#hashes[entry] = hash;
    this.#slots[slot] = entry + 1;
    const { maxTexts, maxBytes } = this.#bounds;
    if (entry + 1 >= maxTexts || start + bytes.length >= maxBytes) this.#clear();
    else if (this.#texts.length === this.#hashes.length) this.#grow();
    return text;
  }

  #clear(): void {
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
