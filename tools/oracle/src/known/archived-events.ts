import type { ArchivedEvent } from '../stored/archive.ts';
import type { Findings } from './findings.ts';
import type { KnownRecords, LostRecords } from './known-records.ts';
import type { ReadRecord } from './losses.ts';

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

  /** An event of a file. @param generation of the log that the file was written from. */
  add(event: ArchivedEvent, generation = 0): void {
    this.#rows += 1;
    const { partition, offset } = event;
    const lost = this.#known.lostAt(partition, offset, generation);
    const place = lost === undefined ? `${partition}/${offset}` : `${partition}/${offset} of generation ${generation}`;
    const fact = lost === undefined ? this.#known.factAt(partition, offset) : lost.facts[offset - lost.firstOffset];
    if (fact === undefined || typeof fact === 'string') {
      this.#findings.add('archived event that was never committed', place);
      return;
    }
    const isSame = FIELDS.every((field) => fact[field] === event[field]);
    if (!isSame) this.#findings.add('archived event with other contents', place);
    if (this.#isSecond(partition, offset, lost)) this.#findings.add('archived event twice', place);
  }

  /** Once all files have been read. @param kept records that were archived before the log lost them. */
  findMissing(isGivenUp: (partition: number, offset: number) => boolean, kept: readonly ReadRecord[] = []): void {
    for (const { partition, offset, fact } of this.#known) {
      if (typeof fact === 'string' || this.has(partition, offset) || isGivenUp(partition, offset)) continue;
      this.#findings.add('archived event missing', `${partition}/${offset}`);
    }
    for (const { lost: log, offset } of kept) {
      if (this.#seenLost.get(log)?.has(offset) === true) continue;
      this.#findings.add('archived event missing', `${log.partition}/${offset} of generation ${log.generation}`);
    }
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

const FIELDS = ['eventTimeMs', 'bytes', 'id', 'antennaId', 'app'] as const;
