import type { EventColumns, TextColumn } from '@antenna/ingestion';
import type { KnownRecords } from '../feed/known-records.ts';
import type { Findings } from './findings.ts';

/**
 * Every event of the archive against what is known, by partition and offset, both ways: what is archived was sent, is
 * the same and is there once; what was sent is archived, unless it was announced as lost.
 */
export class ArchivedEvents {
  readonly #known: KnownRecords;
  readonly #findings: Findings;
  readonly #seen: readonly Uint8Array[];
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

  /** Takes what a file holds. */
  add(columns: EventColumns): void {
    this.#rows += columns.rows;
    for (let row = 0; row < columns.rows; row += 1) this.#addRow(columns, row);
  }

  /** Once all files have been taken. */
  findMissing(isLost: (partition: number, offset: number) => boolean): void {
    for (let partition = 0; partition < this.#known.partitions; partition += 1) {
      for (let offset = 0; offset < this.#known.end(partition); offset += 1) {
        if (this.has(partition, offset) || typeof this.#known.factAt(partition, offset) !== 'object') continue;
        if (!isLost(partition, offset)) this.#findings.add('archived event missing', `${partition}/${offset}`);
      }
    }
  }

  #addRow(columns: EventColumns, row: number): void {
    const { partition } = columns;
    const offset = columns.offset[row] ?? -1;
    const place = `${partition}/${offset}`;
    const fact = this.#known.factAt(partition, offset);
    if (fact === undefined || typeof fact === 'string') {
      this.#findings.add('archived event that was never committed', place);
      return;
    }
    const isSame =
      fact.eventTimeMs === columns.eventTimeMs[row] &&
      fact.bytes === columns.bytes[row] &&
      fact.id === textAt(columns.id, row) &&
      fact.antennaId === textAt(columns.antennaId, row) &&
      fact.app === textAt(columns.app, row);
    if (!isSame) this.#findings.add('archived event with other contents', place);
    if (this.has(partition, offset)) this.#findings.add('archived event twice', place);
    const seen = this.#seen[partition];
    if (seen !== undefined) seen[offset] = 1;
  }
}

function textAt({ values, codes }: TextColumn, row: number): string | undefined {
  return values[codes[row] ?? -1];
}
