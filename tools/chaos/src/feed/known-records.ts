import { REJECTION_REASONS, type RejectionReason, type UsageEvent } from '@antenna/event-schema';
import { GrowingColumn } from './growing-column.ts';

/** What is true of a record: the event that it was written from, or why it is none. */
export type Fact = UsageEvent | RejectionReason;

/** Records at the end of a log that was truncated below them. */
export interface LostRecords {
  readonly partition: number;
  /** Of the log that held them: how often it had been truncated before. */
  readonly generation: number;
  readonly firstOffset: number;
  readonly facts: readonly Fact[];
}

/**
 * What is known of every committed record of a topic, by partition and offset. Offsets of markers, and of records whose
 * transaction did not commit, hold none. Some 30 bytes an offset, so that millions fit.
 */
export class KnownRecords {
  readonly #partitions: readonly KnownPartition[];
  readonly #texts = new Texts();
  readonly #lost: LostRecords[] = [];

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => new KnownPartition(this.#texts));
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  get total(): number {
    return this.#partitions.reduce((sum, { records }) => sum + records, 0);
  }

  /** One more than the greatest offset of a committed record. */
  end(partition: number): number {
    return this.#of(partition).end;
  }

  /**
   * Adds committed records that follow each other, in any order with others: a transaction may commit after records
   * that came later.
   * @throws {RangeError} when one of the offsets has a record already.
   */
  add(partition: number, firstOffset: number, facts: readonly Fact[]): void {
    const known = this.#of(partition);
    for (const [index, fact] of facts.entries()) known.put(firstOffset + index, fact);
  }

  /** Undefined at an offset that no committed record has. */
  factAt(partition: number, offset: number): Fact | undefined {
    const known = this.#partitions[partition];
    return known !== undefined && offset >= 0 && offset < known.end ? known.at(offset) : undefined;
  }

  /** What was lost by truncations that somebody has acknowledged. */
  get lost(): readonly LostRecords[] {
    return this.#lost;
  }

  /** Notes records that had been read before the log lost them; at their offsets the log has others, or none. */
  lose(partition: number, firstOffset: number, facts: readonly Fact[]): void {
    const generation = this.#lost.filter((each) => each.partition === partition).length;
    this.#lost.push({ partition, generation, firstOffset, facts });
  }

  /** Which lost records an offset belonged to in the log of that generation; undefined: to the log that there is now. */
  lostAt(partition: number, offset: number, generation: number): LostRecords | undefined {
    return this.#lost.find(
      (each) => each.partition === partition && each.generation >= generation && offset >= each.firstOffset,
    );
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
  /** 0: no record; else the number of the text, or of the reason as -1, -2, …. */
  readonly #id = new GrowingColumn((size) => new Int32Array(size));
  readonly #antennaId = new GrowingColumn((size) => new Int32Array(size));
  readonly #app = new GrowingColumn((size) => new Int32Array(size));
  #end = 0;
  #records = 0;

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  get end(): number {
    return this.#end;
  }

  get records(): number {
    return this.#records;
  }

  put(offset: number, fact: Fact): void {
    if (this.#id.at(offset) !== 0) throw new RangeError(`offset ${offset} has two records`);
    this.#end = Math.max(this.#end, offset + 1);
    this.#records += 1;
    if (typeof fact === 'string') {
      this.#id.set(offset, -1 - REJECTION_REASONS.indexOf(fact));
      return;
    }
    this.#eventTimeMs.set(offset, fact.eventTimeMs);
    this.#bytes.set(offset, fact.bytes);
    this.#antennaId.set(offset, this.#texts.codeOf(fact.antennaId));
    this.#app.set(offset, this.#texts.codeOf(fact.app));
    this.#id.set(offset, this.#texts.codeOf(fact.id));
  }

  at(offset: number): Fact | undefined {
    const id = this.#id.at(offset);
    if (id === 0) return undefined;
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

/** Distinct texts by number, from 1. */
class Texts {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];

  codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.push(text);
    this.#codes.set(text, code);
    return code;
  }

  of(code: number): string {
    const text = this.#texts[code - 1];
    if (text === undefined) throw new RangeError(`no text ${code}`);
    return text;
  }
}

function reasonOf(code: number): RejectionReason {
  const reason = REJECTION_REASONS[-1 - code];
  if (reason === undefined) throw new RangeError(`no reason ${code}`);
  return reason;
}
