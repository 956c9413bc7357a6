import { REJECTION_REASONS } from '@antenna/event-schema';
import type { RecordPosition } from '../records-of-ranges.ts';
import { ERASED, type Fact, type Truth } from '../truth.ts';

/** Records at the end of a log that was truncated below them. */
export interface LostRecords {
  readonly partition: number;
  /** Of the log that held them: how often it had been truncated before. */
  readonly generation: number;
  readonly firstOffset: number;
  readonly facts: readonly Fact[];
}

/** The place of a committed record, and what is true of it. */
export interface KnownRecord extends RecordPosition {
  readonly fact: Fact;
}

/**
 * What is known of every committed record of a topic, by partition and offset. Offsets of markers, and of records whose
 * transaction did not commit, hold none. 40 bytes an offset, so that millions fit.
 */
export class KnownRecords {
  readonly #partitions: readonly KnownPartition[];
  readonly #texts = new Texts();
  readonly #lost: LostRecords[] = [];
  readonly #erased = new Set<string>();

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

  /** By partition and offset. */
  *[Symbol.iterator](): Generator<KnownRecord, void, undefined> {
    for (let partition = 0; partition < this.partitions; partition += 1) {
      for (let offset = 0; offset < this.end(partition); offset += 1) {
        const fact = this.factAt(partition, offset);
        if (fact !== undefined) yield { partition, offset, fact };
      }
    }
  }

  /** Adds those records to a truth that are `included`. */
  addTo(truth: Truth, isIncluded: (partition: number, offset: number) => boolean): void {
    for (const { partition, offset, fact } of this) if (isIncluded(partition, offset)) truth.addFact(fact);
  }

  /** Undefined at an offset that no committed record has. */
  factAt(partition: number, offset: number): Fact | undefined {
    const known = this.#partitions[partition];
    const fact = known !== undefined && offset >= 0 && offset < known.end ? known.at(offset) : undefined;
    return typeof fact === 'object' && this.#erased.has(fact.id) ? { ...fact, id: ERASED } : fact;
  }

  /** Notes that a person was erased: every event of this id, also one that is added later, has an empty id from now on. */
  erase(id: string): void {
    this.#erased.add(id);
  }

  /** What was lost by truncations that were acknowledged. */
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

/** Numbers of a row: event time, bytes, then the codes of id, antenna and app. */
const FIELDS = 5;

class KnownPartition {
  readonly #texts: Texts;
  /** The code of the id is 0 where there is no record, and -1, -2, … where a record is no event: for its reason. */
  #rows = new Float64Array(1024 * FIELDS);
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
    const row = offset * FIELDS;
    this.#growTo(row + FIELDS);
    if (this.#rows[row + 2] !== 0) throw new RangeError(`offset ${offset} has two records`);
    this.#end = Math.max(this.#end, offset + 1);
    this.#records += 1;
    this.#rows.set(this.#numbersOf(fact), row);
  }

  at(offset: number): Fact | undefined {
    const row = offset * FIELDS;
    const [eventTimeMs = 0, bytes = 0, id = 0, antennaId = 0, app = 0] = this.#rows.subarray(row, row + FIELDS);
    if (id === 0) return undefined;
    if (id < 0) return REJECTION_REASONS[-1 - id];
    const texts = this.#texts;
    return { eventTimeMs, bytes, id: texts.of(id), antennaId: texts.of(antennaId), app: texts.of(app) };
  }

  #numbersOf(fact: Fact): readonly number[] {
    if (typeof fact === 'string') return [0, 0, -1 - REJECTION_REASONS.indexOf(fact), 0, 0];
    const { eventTimeMs, bytes, id, antennaId, app } = fact;
    return [eventTimeMs, bytes, ...[id, antennaId, app].map((text) => this.#texts.codeOf(text))];
  }

  #growTo(length: number): void {
    if (length <= this.#rows.length) return;
    const larger = new Float64Array(Math.max(length, this.#rows.length * 2));
    larger.set(this.#rows);
    this.#rows = larger;
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
    return this.#texts[code - 1] ?? '';
  }
}
