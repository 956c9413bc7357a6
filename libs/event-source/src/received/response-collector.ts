import { enlarged, responseMemory } from './response-memory.ts';

/** A response begins with its length, a 32-bit integer. */
const LENGTH_BYTES = 4;

/**
 * Memory that is reserved at once for a response; beyond it, it grows with what arrives. A server that is no broker may
 * seem to announce gigabytes.
 */
const MAX_RESERVED_BYTES = 2 ** 25;

/** Collects the responses of one connection from the pieces that its socket receives. */
export class ResponseCollector {
  readonly #length = Buffer.alloc(LENGTH_BYTES);
  #response: Buffer | undefined;
  /** Bytes of the incomplete response, its length included. */
  #received = 0;

  /** Bytes received of an incomplete response. */
  get unreadBytes(): number {
    return this.#received;
  }

  /**
   * Copies received bytes: the caller may use their memory again.
   *
   * @yields each response that they complete, with its length in front, in memory of its own.
   */
  *add(piece: Buffer): Generator<Buffer> {
    for (let at = 0; at < piece.length;) {
      at += this.#response === undefined ? this.#addLength(piece, at) : this.#addContent(piece, at);
      const response = this.#response;
      if (response === undefined || this.#received < this.#announced) continue;
      this.#response = undefined;
      this.#received = 0;
      yield response;
    }
  }

  /** Bytes of the response, its length included. A negative length is handed over as a response without content. */
  get #announced(): number {
    return LENGTH_BYTES + Math.max(0, this.#length.readInt32BE());
  }

  /** @returns how many bytes were taken. */
  #addLength(piece: Buffer, at: number): number {
    const taken = piece.copy(this.#length, this.#received, at);
    this.#received += taken;
    if (this.#received < LENGTH_BYTES) return taken;
    this.#response = responseMemory(Math.min(this.#announced, MAX_RESERVED_BYTES));
    this.#length.copy(this.#response);
    return taken;
  }

  #addContent(piece: Buffer, at: number): number {
    const response = this.#withRoom();
    const taken = piece.copy(response, this.#received, at);
    this.#received += taken;
    return taken;
  }

  #withRoom(): Buffer {
    const response = this.#response ?? Buffer.alloc(0);
    if (this.#received < response.length) return response;
    this.#response = enlarged(response, Math.min(this.#announced, 2 * response.length));
    return this.#response;
  }
}
