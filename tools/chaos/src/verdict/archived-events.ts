import type { EventColumns, TextColumn } from '@antenna/archive-format';
import type { Fact, KnownRecords, LostRecords } from '../feed/known-records.ts';
import type { Findings } from './findings.ts';
import type { ReadRecord } from './truncations.ts';

/**
 * Every event of the archive against what is known, by partition and offset, both ways: what is archived was committed,
 * is the same and is there once; what was committed is archived, unless it was announced as lost.
 */
export class ArchivedEvents {
  readonly #known: KnownRecords;
  readonly #findings: Findings;
  readonly #seen: readonly Uint8Array[];
  /** By the offset in the log that lost them. */
  readonly #seenLost = new Map<LostRecords, Set<number>>();
  #rows = 0;

  constructor(known: KnownRecords, findings: Findings) {
    this.#known = known;
    this.#findings = findings;
    this.#seen = Array.from({ length: known.partitions }, (_, partition) => new Uint8Array(known.end(partition)));
  }

  get rows(): number {
    return this.#rows;
  }

  has(partition: number, offset: number): boolean {
    return this.#seen[partition]?.[offset] === 1;
  }

  /** Takes what a file holds. @param generation of the log that the file was written from. */
  add(columns: EventColumns, generation = 0): void {
    this.#rows += columns.rows;
    for (let row = 0; row < columns.rows; row += 1) this.#addRow(columns, row, generation);
  }

  /** Once all files have been taken. @param lost that were archived before the log lost them. */
  findMissing(isLost: (partition: number, offset: number) => boolean, lost: readonly ReadRecord[] = []): void {
    for (let partition = 0; partition < this.#known.partitions; partition += 1) {
      for (let offset = 0; offset < this.#known.end(partition); offset += 1) {
        if (this.has(partition, offset) || typeof this.#known.factAt(partition, offset) !== 'object') continue;
        if (!isLost(partition, offset)) this.#findings.add('archived event missing', `${partition}/${offset}`);
      }
    }
    for (const { lost: log, offset } of lost) {
      if (this.#seenLost.get(log)?.has(offset) === true) continue;
      this.#findings.add('archived event missing', `${log.partition}/${offset} of generation ${log.generation}`);
    }
  }

  #addRow(columns: EventColumns, row: number, generation: number): void {
    const { partition } = columns;
    const offset = columns.offset[row] ?? -1;
    const lost = this.#known.lostAt(partition, offset, generation);
    const place = lost === undefined ? `${partition}/${offset}` : `${partition}/${offset} of generation ${generation}`;
    const fact = lost === undefined ? this.#known.factAt(partition, offset) : lost.facts[offset - lost.firstOffset];
    if (fact === undefined || typeof fact === 'string') {
      this.#findings.add('archived event that was never committed', place);
      return;
    }
    if (!isSame(fact, columns, row)) this.#findings.add('archived event with other contents', place);
    if (this.#isSecond(partition, offset, lost)) this.#findings.add('archived event twice', place);
  }

  #isSecond(partition: number, offset: number, lost: LostRecords | undefined): boolean {
    if (lost !== undefined) {
      const seen = this.#seenLost.get(lost) ?? new Set<number>();
      const isSecond = seen.has(offset);
      this.#seenLost.set(lost, seen.add(offset));
      return isSecond;
    }
    const isSecond = this.has(partition, offset);
    const seen = this.#seen[partition];
    if (seen !== undefined) seen[offset] = 1;
    return isSecond;
  }
}

function isSame(fact: Exclude<Fact, string>, columns: EventColumns, row: number): boolean {
  return (
    fact.eventTimeMs === columns.eventTimeMs[row] &&
    fact.bytes === columns.bytes[row] &&
    fact.id === textAt(columns.id, row) &&
    fact.antennaId === textAt(columns.antennaId, row) &&
    fact.app === textAt(columns.app, row)
  );
}

function textAt({ values, codes }: TextColumn, row: number): string | undefined {
  return values[codes[row] ?? -1];
}
