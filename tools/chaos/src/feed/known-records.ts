import { REJECTION_REASONS, type RejectionReason, type UsageEvent } from '@antenna/event-schema';
import { GrowingColumn } from './growing-column.ts';

/** What is true of a record: the event that it was written from, or why it is none. */
export type Fact = UsageEvent | RejectionReason;

/** What is known of every record of a topic, by partition and offset. Some 25 bytes a record, so that millions fit. */
export class KnownRecords {
  readonly #partitions: readonly KnownPartition[];
  readonly #texts = new Texts();

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => new KnownPartition(this.#texts));
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  get total(): number {
    return this.#partitions.reduce((sum, { length }) => sum + length, 0);
  }

  /** Offset that the next record of the partition gets. */
  end(partition: number): number {
    return this.#of(partition).length;
  }

  add(partition: number, fact: Fact): void {
    this.#of(partition).add(fact);
  }

  /** Undefined at an offset that no record has. */
  factAt(partition: number, offset: number): Fact | undefined {
    const known = this.#partitions[partition];
    return known !== undefined && offset >= 0 && offset < known.length ? known.at(offset) : undefined;
  }

  #of(partition: number): KnownPartition {
    const known = this.#partitions[partition];
    if (known === undefined) throw new RangeError(`no partition ${partition}`);
    return known;
  }
}

class KnownPartition {
  readonly #texts: Texts;
  readonly #eventTimeMs = new GrowingColumn((size) => new Float64Array(size));
  readonly #bytes = new GrowingColumn((size) => new Float64Array(size));
  /** Index into the texts, or the reason as -1, -2, …. */
  readonly #id = new GrowingColumn((size) => new Int32Array(size));
  readonly #antennaId = new GrowingColumn((size) => new Int32Array(size));
  readonly #app = new GrowingColumn((size) => new Int32Array(size));

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  get length(): number {
    return this.#id.length;
  }

  add(fact: Fact): void {
    const isEvent = typeof fact !== 'string';
    this.#eventTimeMs.push(isEvent ? fact.eventTimeMs : 0);
    this.#bytes.push(isEvent ? fact.bytes : 0);
    this.#antennaId.push(isEvent ? this.#texts.codeOf(fact.antennaId) : 0);
    this.#app.push(isEvent ? this.#texts.codeOf(fact.app) : 0);
    this.#id.push(isEvent ? this.#texts.codeOf(fact.id) : -1 - REJECTION_REASONS.indexOf(fact));
  }

  at(offset: number): Fact {
    const id = this.#id.at(offset);
    if (id < 0) return reasonOf(id);
    return {
      eventTimeMs: this.#eventTimeMs.at(offset),
      id: this.#texts.of(id),
      antennaId: this.#texts.of(this.#antennaId.at(offset)),
      bytes: this.#bytes.at(offset),
      app: this.#texts.of(this.#app.at(offset)),
    };
  }
}

/** Distinct texts by number. */
class Texts {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];

  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    this.#codes.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  of(code: number): string {
    const text = this.#texts[code];
    if (text === undefined) throw new RangeError(`no text ${code}`);
    return text;
  }
}

function reasonOf(code: number): RejectionReason {
  const reason = REJECTION_REASONS[-1 - code];
  if (reason === undefined) throw new RangeError(`no reason ${code}`);
  return reason;
}
