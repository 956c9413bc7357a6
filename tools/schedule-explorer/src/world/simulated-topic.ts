import type { OffsetRange, SourceRecord } from '@antenna/ingestion';
import type { Choices } from '../choices.ts';
import { DEAD_LETTERS, EVENTS, type KnownRecord, RECORD_TIMESTAMP_MS } from './known-record.ts';

const SHORTEST = 4;
const LONGEST = 14;

interface Entry {
  readonly offset: number;
  /** Undefined for a transaction marker. */
  readonly record: SourceRecord | undefined;
  readonly known: KnownRecord | undefined;
}

interface KnownAt {
  readonly offset: number;
  readonly known: KnownRecord;
}

/** What a fetch brings: at least one entry, of which some may be markers. */
export interface FetchedEntries {
  readonly fetchedOffset: number;
  readonly nextOffset: number;
  readonly records: readonly SourceRecord[];
}

/** One partition of a topic: records, markers, and offsets that compaction has emptied. */
export class SimulatedPartition {
  readonly number: number;
  readonly #entries: readonly Entry[];
  readonly #known: readonly KnownAt[];
  /** Oldest offset that can be read. Records below were deleted by retention. */
  earliest = 0;
  /** The offset that the next record will get; those beyond are not produced yet. */
  latest: number;

  constructor(number: number, entries: readonly Entry[]) {
    this.number = number;
    this.#entries = entries;
    this.#known = entries.flatMap(({ offset, known }) => (known === undefined ? [] : { offset, known }));
    this.latest = this.end;
  }

  /** Where the partition ends when everything has been produced. */
  get end(): number {
    return (this.#entries.at(-1)?.offset ?? -1) + 1;
  }

  get range(): OffsetRange {
    return { earliest: this.earliest, latest: this.latest, stable: this.latest };
  }

  holdsFrom(offset: number): boolean {
    return this.#entries.some((entry) => entry.offset >= offset && this.#isReadable(entry));
  }

  /** Undefined when there is nothing to fetch from that offset on. */
  fetch(fetchedOffset: number, maxEntries: number): FetchedEntries | undefined {
    const begin = this.#entries.findIndex((entry) => entry.offset >= fetchedOffset && this.#isReadable(entry));
    if (begin < 0) return undefined;
    const entries = this.#entries.slice(begin, begin + maxEntries).filter((entry) => this.#isReadable(entry));
    const last = entries.at(-1);
    if (last === undefined) return undefined;
    const records = entries.flatMap(({ record }) => record ?? []);
    return { fetchedOffset, nextOffset: last.offset + 1, records };
  }

  #isReadable({ offset }: Entry): boolean {
    return offset >= this.earliest && offset < this.latest;
  }

  /** All records of [from, to) that there ever were, with what has to become of them. */
  known(from: number, to: number): readonly KnownAt[] {
    return this.#known.filter(({ offset }) => offset >= from && offset < to);
  }
}

/** A partition of chance: 0 is an event, the others are what makes offsets difficult. */
export function simulatedPartition(number: number, choices: Choices): SimulatedPartition {
  const length = SHORTEST + choices.below(LONGEST - SHORTEST + 1);
  const entries: Entry[] = [];
  for (let offset = 0; offset < length; offset += 1) {
    const kind = choices.below(24);
    // The newest record or marker of a log is never compacted away.
    if (kind >= 22 && offset < length - 1) continue;
    if (kind >= 18) entries.push({ offset, record: undefined, known: undefined });
    else entries.push(recordEntry(offset, choices.of(kind >= 16 ? DEAD_LETTERS : EVENTS)));
  }
  return new SimulatedPartition(number, entries);
}

function recordEntry(offset: number, known: KnownRecord): Entry {
  return { offset, known, record: { offset, timestampMs: RECORD_TIMESTAMP_MS, key: null, value: known.value } };
}
