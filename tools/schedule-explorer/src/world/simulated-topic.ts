import type { OffsetRange, SourceRecord } from '@antenna/ingestion';
import type { Choices } from '../choices.ts';
import type { Core } from './core.ts';
import type { KnownRecord } from './known-record.ts';
import { anyLog, type Log, type LoggedBatch } from './simulated-log.ts';

interface KnownAt {
  readonly offset: number;
  readonly known: KnownRecord;
}

/** What a fetch brings: at least one batch, perhaps without records. */
export interface FetchedEntries {
  readonly fetchedOffset: number;
  readonly nextOffset: number;
  readonly records: readonly SourceRecord[];
}

/** Decides which batches of a fetch are delivered: code under test. */
type DecidesVisibility = Pick<Core, 'AbortedTransactions'>;

/** One partition of a topic, of which brokers show as much as has been produced and not been deleted yet. */
export class SimulatedPartition {
  readonly number: number;
  readonly #log: Log;
  readonly #code: DecidesVisibility;
  readonly #known: readonly KnownAt[];
  /** How many committed records lie below each offset. */
  readonly #knownBelow: readonly number[];
  readonly #writtenMs: number[] = [];
  /** Oldest offset that can be read. Records below were deleted by retention. */
  earliest = 0;
  /** Without one nothing can be read or asked. */
  hasLeader = true;
  #latest = 0;
  #stable = 0;

  constructor(number: number, { log, ...code }: { log: Log } & DecidesVisibility) {
    this.number = number;
    this.#log = log;
    this.#code = code;
    const committed = log.batches.filter(({ transaction }) => transaction?.isAborted !== true);
    this.#known = committed.flatMap(({ records }) => records);
    this.#knownBelow = countsBelow(this.#known, this.end);
  }

  /** Where the partition ends when everything has been produced. */
  get end(): number {
    return (this.#log.batches.at(-1)?.lastOffset ?? -1) + 1;
  }

  /** The offset that the next record will get; those beyond are not produced yet. */
  get latest(): number {
    return this.#latest;
  }

  /** Last stable offset: the first offset of the oldest open transaction. */
  get stable(): number {
    return this.#stable;
  }

  /** Undefined while there is no leader to ask. */
  get range(): OffsetRange | undefined {
    if (!this.hasLeader) return undefined;
    return { earliest: this.earliest, latest: this.latest, stable: this.stable };
  }

  /** @param nowMs the time at which producers write these batches; by default all remaining batches. */
  produce(nowMs: number, batches = Infinity): void {
    const from = this.#log.batches.findIndex(({ lastOffset }) => lastOffset >= this.#latest);
    const last = from < 0 ? undefined : (this.#log.batches[from + batches - 1] ?? this.#log.batches.at(-1));
    if (last === undefined) return;
    while (this.#writtenMs.length <= last.lastOffset) this.#writtenMs.push(nowMs);
    this.#latest = last.lastOffset + 1;
    const open = this.#log.transactions.filter(({ markerOffset }) => markerOffset >= this.#latest);
    this.#stable = Math.min(this.#latest, ...open.map(({ firstOffset }) => firstOffset));
  }

  /** Batches that are not produced yet. */
  get unproduced(): number {
    return this.#log.batches.filter(({ lastOffset }) => lastOffset >= this.#latest).length;
  }

  /** Whether a fetch from that offset would bring anything now. */
  holdsFrom(offset: number): boolean {
    const { stable, hasLeader } = this;
    return (
      hasLeader && this.#log.batches.some((batch) => batch.lastOffset >= offset && this.#isReadable(batch, stable))
    );
  }

  /** Undefined when there is nothing to fetch from that offset on. */
  fetch(fetchedOffset: number, maxBatches: number): FetchedEntries | undefined {
    const { stable } = this;
    const batches: LoggedBatch[] = [];
    for (const batch of this.#log.batches) {
      if (batch.lastOffset >= fetchedOffset && this.#isReadable(batch, stable)) batches.push(batch);
      if (batches.length === maxBatches) break;
    }
    const last = batches.at(-1);
    if (last === undefined) return undefined;
    const nextOffset = last.lastOffset + 1;
    return { fetchedOffset, nextOffset, records: this.#visibleRecords(batches, fetchedOffset, nextOffset) };
  }

  #visibleRecords(batches: readonly LoggedBatch[], from: number, to: number): SourceRecord[] {
    const aborted = new this.#code.AbortedTransactions(this.#abortedBetween(from, to));
    return batches.flatMap(({ records, lastOffset, transaction }) => {
      const { producerId = -1n, isAborted = false } = transaction ?? {};
      const isHidden = aborted.hides({ lastOffset, producerId, isTransactional: transaction !== undefined });
      if (records.length === 0 && isAborted) aborted.end(producerId);
      return isHidden ? [] : records.flatMap(({ offset, record }) => (offset >= from ? record : []));
    });
  }

  /** As a broker lists them: those that reach into the fetch, in the order of their markers. */
  #abortedBetween(from: number, to: number) {
    return this.#log.transactions
      .filter(({ isAborted, firstOffset, markerOffset }) => isAborted && markerOffset >= from && firstOffset < to)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }));
  }

  #isReadable({ lastOffset }: LoggedBatch, stable: number): boolean {
    return lastOffset >= this.earliest && lastOffset < stable;
  }

  /** All committed records of [from, to) that there ever were, with what has to become of them. */
  known(from: number, to: number): readonly KnownAt[] {
    return this.#known.slice(this.#knownBelow[from], this.#knownBelow[to]);
  }

  /** The oldest committed record from an offset on that was written before that time; undefined when there is none. */
  firstWritten(from: number, beforeMs: number): number | undefined {
    for (let index = this.#knownBelow[from] ?? Infinity; index < this.#known.length; index += 1) {
      const { offset } = this.#known[index] ?? { offset: Infinity };
      if ((this.#writtenMs[offset] ?? Infinity) < beforeMs) return offset;
    }
    return undefined;
  }
}

function countsBelow(records: readonly KnownAt[], end: number): readonly number[] {
  const counts: number[] = [];
  for (let offset = 0, index = 0; offset <= end; offset += 1) {
    while ((records[index]?.offset ?? Infinity) < offset) index += 1;
    counts.push(index);
  }
  return counts;
}

/** A partition of chance. Some of it may not be produced yet. */
export function simulatedPartition(
  number: number,
  choices: Choices,
  AbortedTransactions: Core['AbortedTransactions'],
): SimulatedPartition {
  const partition = new SimulatedPartition(number, { log: anyLog(choices), AbortedTransactions });
  partition.produce(0, choices.oneIn(2) ? 1 + choices.below(partition.unproduced) : Infinity);
  return partition;
}
