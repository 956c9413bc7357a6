import type { BatchOrigin, OffsetRange, SourceRecord } from '@antenna/ingestion';
import type { Choices } from '../choices.ts';
import type { Core } from './core.ts';
import { VERSIONS } from './known-record.ts';
import { anyLog, type Log, type LoggedBatch, type LoggedRecord, refilledLog } from './simulated-log.ts';

/** The batches of a fetch that one leader wrote. They may hold no record. */
export interface FetchedPart {
  readonly fetchedOffset: number;
  readonly nextOffset: number;
  readonly records: readonly SourceRecord[];
  readonly origin: Omit<BatchOrigin, 'fetch'>;
}

/** Decides which batches of a fetch are delivered: code under test. */
type DecidesVisibility = Pick<Core, 'AbortedTransactions'>;

/** The committed records of one version of a log. */
interface Committed {
  readonly records: readonly LoggedRecord[];
  /** How many of them lie below each offset. */
  readonly below: readonly number[];
}

/** An election that lost records. */
export interface Truncation {
  /** The first offset that was lost. */
  readonly offset: number;
  /** Whether the first batches in their place come from a leader before the one that wrote the lost ones. */
  readonly isOlder: boolean;
}

/** One partition of a topic, of which brokers show as much as has been produced and not been deleted yet. */
export class SimulatedPartition {
  readonly number: number;
  readonly #code: DecidesVisibility;
  #log: Log;
  /** By version of the log. */
  readonly #committed: Committed[];
  /** The first offset that each truncation lost. The truncation at index n made version n + 1 of the log. */
  readonly #truncatedAt: number[] = [];
  readonly #writtenMs: number[] = [];
  /** Oldest offset that can be read. Records below were deleted by retention. */
  earliest = 0;
  /** Without a leader, the partition delivers neither records nor its offsets. */
  #hasLeader = true;
  /** Each election adds 2, so that before each leader there is an odd epoch for an older leader: see `truncate`. */
  #leaderEpoch = 0;
  #latest = 0;
  /** The greatest offset at which any version of the log has ended. */
  #greatest = 0;
  #stable = 0;

  constructor(number: number, { log, ...code }: { log: Log } & DecidesVisibility) {
    this.number = number;
    this.#log = log;
    this.#code = code;
    this.#committed = [committedOf(log)];
  }

  /** Where the partition ends when everything has been produced. */
  get end(): number {
    return endOf(this.#log);
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
    if (!this.#hasLeader) return undefined;
    return { earliest: this.earliest, latest: this.latest, stable: this.stable };
  }

  get hasLeader(): boolean {
    return this.#hasLeader;
  }

  loseLeader(): void {
    this.#hasLeader = false;
  }

  electLeader(): void {
    this.#hasLeader = true;
    this.#leaderEpoch += 2;
  }

  /** How many elections have lost records. */
  get version(): number {
    return this.#log.version;
  }

  /** The first offset from which two versions of the log differ, the later by default the present one; or Infinity. */
  differsFrom(version: number, later = this.version): number {
    return Math.min(...this.#truncatedAt.slice(version, later));
  }

  /** The first offset at which records have taken the places of lost ones; Infinity when there is none. */
  get replacedFrom(): number {
    return this.differsFrom(0);
  }

  /** The offsets of events from which an election could lose the log now. */
  get losable(): readonly number[] {
    if (this.version === VERSIONS - 1) return [];
    return this.#log.batches.flatMap(({ firstOffset, lastOffset, records: [first], transaction }) => {
      const isCommitted = transaction?.isAborted !== true && first?.known.fate.kind === 'event';
      return isCommitted && firstOffset >= this.earliest && lastOffset < this.#latest ? firstOffset : [];
    });
  }

  /** Whether a broker can be elected whose batches from that offset on were written by an earlier leader. */
  canGoBack(offset: number): boolean {
    const at = this.#log.batches.findIndex(({ firstOffset }) => firstOffset === offset);
    const [below = 0, lost = 0] = [this.#log.batches[at - 1]?.leaderEpoch, this.#log.batches[at]?.leaderEpoch];
    return this.version === 0 && lost > below;
  }

  /** Whether the loss of all batches from that offset on opens a committed transaction again. */
  reopens(offset: number): boolean {
    return this.#log.transactions.some(
      ({ isAborted, firstOffset, markerOffset }) =>
        !isAborted && firstOffset < offset && markerOffset >= offset && markerOffset < this.#latest,
    );
  }

  /** An election loses all batches from an offset on; other batches take their places. */
  truncate({ offset, isOlder }: Truncation, choices: Choices, nowMs: number): void {
    const lost = this.#log.batches.find(({ firstOffset }) => firstOffset === offset);
    this.#truncatedAt.push(offset);
    this.#log = refilledLog(this.#log, { lostFrom: offset, growsBeyond: this.#greatest }, choices);
    this.#committed.push(committedOf(this.#log));
    this.#writtenMs.length = offset;
    this.#latest = offset;
    const newest = this.#leaderEpoch;
    if (isOlder) {
      this.#leaderEpoch = (lost?.leaderEpoch ?? 0) - 1;
      this.produce(nowMs, choices.oneIn(2) ? Infinity : 1 + choices.below(this.unproduced));
    }
    this.#leaderEpoch = newest;
    this.electLeader();
    this.#findStable();
  }

  /** @param nowMs the time at which producers write these batches; by default all remaining batches. */
  produce(nowMs: number, batches = Infinity): void {
    const from = this.#log.batches.findIndex(({ lastOffset }) => lastOffset >= this.#latest);
    if (from < 0) return;
    for (const batch of this.#log.batches.slice(from, from + batches)) {
      batch.leaderEpoch = this.#leaderEpoch;
      this.#latest = batch.lastOffset + 1;
    }
    this.#greatest = Math.max(this.#greatest, this.#latest);
    while (this.#writtenMs.length < this.#latest) this.#writtenMs.push(nowMs);
    this.#findStable();
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

  /** The parts of a fetch in order; none when the log has no readable batch from that offset on. */
  fetch(fetchedOffset: number, maxBatches: number): readonly FetchedPart[] {
    const batches = this.#batchesFrom(fetchedOffset, maxBatches);
    const last = batches.at(-1);
    if (last === undefined) return [];
    const aborted = new this.#code.AbortedTransactions(this.#abortedBetween(fetchedOffset, last.lastOffset + 1));
    const parts: {
      nextOffset: number;
      records: SourceRecord[];
      fetchedOffset: number;
      origin: FetchedPart['origin'];
    }[] = [];
    for (const batch of batches) {
      let part = parts.at(-1);
      if (part?.origin.leaderEpoch !== batch.leaderEpoch) {
        const { leaderEpoch, firstOffset } = batch;
        const from = part?.nextOffset ?? fetchedOffset;
        part = { fetchedOffset: from, nextOffset: from, records: [], origin: { leaderEpoch, firstOffset } };
        parts.push(part);
      }
      part.nextOffset = batch.lastOffset + 1;
      if (this.#isHidden(batch, aborted)) continue;
      for (const { offset, record } of batch.records) if (offset >= fetchedOffset) part.records.push(record);
    }
    return parts;
  }

  /**
   * At most `maxBatches`, but two where another leader wrote the second: a broker returns the batch at a compared
   * offset together with the next batch, unless both are as large as a fetch.
   */
  #batchesFrom(offset: number, maxBatches: number): readonly LoggedBatch[] {
    const found: LoggedBatch[] = [];
    for (const batch of this.#log.batches) {
      if (batch.lastOffset < offset || !this.#isReadable(batch, this.#stable)) continue;
      const [first] = found;
      const isWithFirst = found.length === 1 && first?.leaderEpoch !== batch.leaderEpoch;
      if (found.length >= maxBatches && !isWithFirst) break;
      found.push(batch);
    }
    return found;
  }

  #isHidden(
    { records, lastOffset, transaction }: LoggedBatch,
    aborted: InstanceType<DecidesVisibility['AbortedTransactions']>,
  ): boolean {
    const { producerId = -1n, isAborted = false } = transaction ?? {};
    const isHidden = aborted.hides({ lastOffset, producerId, isTransactional: transaction !== undefined });
    if (records.length === 0 && isAborted) aborted.end(producerId);
    return isHidden;
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

  #findStable(): void {
    const open = this.#log.transactions.filter(({ markerOffset }) => markerOffset >= this.#latest);
    this.#stable = Math.min(this.#latest, ...open.map(({ firstOffset }) => firstOffset));
  }

  /** All committed records of [from, to) that a version of the log ever had; by default the present one. */
  known(from: number, to: number, version = this.version): readonly LoggedRecord[] {
    const { records, below } = this.#committed[version] ?? NOTHING;
    return records.slice(below[from] ?? records.length, below[to]);
  }

  /** The oldest committed record from an offset on that was written before that time; undefined when there is none. */
  firstWritten(from: number, beforeMs: number): number | undefined {
    const { records, below } = this.#committed[this.version] ?? NOTHING;
    for (let index = below[from] ?? Infinity; index < records.length; index += 1) {
      const { offset } = records[index] ?? { offset: Infinity };
      if ((this.#writtenMs[offset] ?? Infinity) < beforeMs) return offset;
    }
    return undefined;
  }
}

const NOTHING: Committed = { records: [], below: [] };

function endOf({ batches }: Log): number {
  return (batches.at(-1)?.lastOffset ?? -1) + 1;
}

function committedOf(log: Log): Committed {
  const committed = log.batches.filter(({ transaction }) => transaction?.isAborted !== true);
  const records = committed.flatMap((batch) => batch.records);
  return { records, below: countsBelow(records, endOf(log)) };
}

function countsBelow(records: readonly LoggedRecord[], end: number): readonly number[] {
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
  const isPart = choices.oneIn(2);
  if (isPart || choices.oneIn(4)) partition.produce(0, 1 + choices.below(partition.unproduced));
  if (isPart) return partition;
  partition.electLeader();
  partition.produce(0);
  return partition;
}
