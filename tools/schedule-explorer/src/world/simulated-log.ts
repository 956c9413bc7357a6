import type { SourceRecord } from '@antenna/ingestion';
import type { Choices } from '../choices.ts';
import { DEAD_LETTERS, eventsOf, type KnownRecord, RECORD_TIMESTAMP_MS } from './known-record.ts';

export interface LoggedRecord {
  readonly offset: number;
  readonly record: SourceRecord;
  /** What has to become of it, if it is committed. */
  readonly known: KnownRecord;
}

/** What one producer writes to one partition between begin and end. */
interface Transaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
  /** Of the marker that ends it. */
  readonly markerOffset: number;
  readonly isAborted: boolean;
}

/** Records that a producer sent together, or a marker. */
export interface LoggedBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** None in a marker. */
  readonly records: readonly LoggedRecord[];
  readonly transaction: Transaction | undefined;
  /** Epoch of the leader that wrote the batch; -1 for a batch that no leader has written yet. */
  leaderEpoch: number;
}

/** A partition's log as it will be when everything has been produced. */
export interface Log {
  /** How many elections have lost records of it. */
  readonly version: number;
  readonly batches: readonly LoggedBatch[];
  /** In the order of their markers, as a broker lists them. */
  readonly transactions: readonly Transaction[];
}

const SHORTEST = 4;
const LONGEST = 14;
/** A log that was truncated grows beyond its former end by at most this many offsets. */
const LONGEST_TAIL = 5;
const PRODUCERS = 3;
const MAX_RECORDS_OF_A_BATCH = 3;

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/**
 * A log of chance: records on their own, transactions that overlap and end in any order, dead letters, and offsets that
 * compaction has emptied. 0 is an event.
 */
export function anyLog(choices: Choices): Log {
  const writer = new LogWriter(choices, EMPTY);
  writer.writeUpTo(SHORTEST + choices.below(LONGEST - SHORTEST + 1));
  return writer;
}

/**
 * The log after an election that lost the batches from an offset on, with other records in their place. A transaction
 * whose marker was lost is open again, and ends as it did before: its coordinator keeps that elsewhere. The log grows
 * beyond every earlier end, since a worker that has read up to an earlier end, or receives an earlier fetch up to
 * there, notices the loss with the next record only.
 */
export function refilledLog(
  log: Log,
  { lostFrom, growsBeyond }: { lostFrom: number; growsBeyond: number },
  choices: Choices,
): Log {
  const writer = new LogWriter(choices, {
    version: log.version + 1,
    batches: log.batches.filter(({ lastOffset }) => lastOffset < lostFrom),
    transactions: log.transactions.filter(({ firstOffset }) => firstOffset < lostFrom),
    end: lostFrom,
  });
  writer.writeUpTo(growsBeyond + 1 + choices.below(LONGEST_TAIL));
  return writer;
}

const EMPTY = { version: 0, batches: [], transactions: [], end: 0 };

class LogWriter implements Log {
  readonly version: number;
  readonly batches: LoggedBatch[];
  readonly transactions: Transaction[];
  end: number;
  readonly #choices: Choices;
  readonly #open: Mutable<Transaction>[];
  /** The open transactions whose end, commit or abort, is decided already. */
  readonly #decided: ReadonlySet<Transaction>;

  constructor(choices: Choices, { version, batches, transactions, end }: Log & { readonly end: number }) {
    this.#choices = choices;
    this.version = version;
    this.batches = [...batches];
    this.transactions = transactions.filter(({ markerOffset }) => markerOffset < end);
    this.#open = transactions.filter(({ markerOffset }) => markerOffset >= end).map((each) => ({ ...each }));
    this.#decided = new Set(this.#open);
    this.end = end;
  }

  writeUpTo(length: number): void {
    const choices = this.#choices;
    while (this.end < length) {
      const kind = choices.below(24);
      // The newest record or marker of a log is never compacted away, nor are those that follow lost ones: a batch
      // that is missing where one was read does not prove that it was lost, but for topics that are never compacted.
      if (kind >= 22 && this.end < length - 1 && this.version === 0) this.end += 1;
      else if (kind >= 19) this.#endAny();
      else if (kind >= 16) this.#writeTransactional();
      else this.#append([choices.of(kind >= 14 ? DEAD_LETTERS : eventsOf(this.version))], undefined);
    }
    while (this.#open.length > 0) this.#endAny();
  }

  #writeTransactional(): void {
    const producerId = BigInt(this.#choices.below(PRODUCERS));
    const records = 1 + this.#choices.below(MAX_RECORDS_OF_A_BATCH);
    const transaction = this.#open.find((each) => each.producerId === producerId) ?? this.#begin(producerId);
    this.#append(
      Array.from({ length: records }, () => this.#choices.of(eventsOf(this.version))),
      transaction,
    );
  }

  /** A marker of any open transaction, or a record where there is none. */
  #endAny(): void {
    if (this.#open.length === 0) this.#append([this.#choices.of(eventsOf(this.version))], undefined);
    else this.#end(this.#choices.of(this.#open));
  }

  #begin(producerId: bigint): Transaction {
    const transaction = { producerId, firstOffset: this.end, markerOffset: Infinity, isAborted: false };
    this.#open.push(transaction);
    return transaction;
  }

  #end(transaction: Mutable<Transaction>): void {
    if (!this.#decided.has(transaction)) transaction.isAborted = this.#choices.oneIn(2);
    transaction.markerOffset = this.end;
    this.#open.splice(this.#open.indexOf(transaction), 1);
    this.transactions.push(transaction);
    this.#append([], transaction);
  }

  /** @param known none for the marker of the transaction. */
  #append(known: readonly KnownRecord[], transaction: Transaction | undefined): void {
    const firstOffset = this.end;
    const lastOffset = firstOffset + Math.max(1, known.length) - 1;
    const records = known.map((each, index) => this.#logged(firstOffset + index, each));
    this.batches.push({ firstOffset, lastOffset, records, transaction, leaderEpoch: -1 });
    this.end = lastOffset + 1;
  }

  #logged(offset: number, known: KnownRecord): LoggedRecord {
    const timestampMs = RECORD_TIMESTAMP_MS + this.version;
    return { offset, known, record: { offset, timestampMs, key: null, value: known.value } };
  }
}
