import type { SourceRecord } from '@antenna/ingestion';
import type { Choices } from '../choices.ts';
import { DEAD_LETTERS, EVENTS, type KnownRecord, RECORD_TIMESTAMP_MS } from './known-record.ts';

interface LoggedRecord {
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
}

/** A partition's log as it will be when everything has been produced. */
export interface Log {
  readonly batches: readonly LoggedBatch[];
  /** In the order of their markers, as a broker lists them. */
  readonly transactions: readonly Transaction[];
}

const SHORTEST = 4;
const LONGEST = 14;
const PRODUCERS = 3;
const MAX_RECORDS_OF_A_BATCH = 3;

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/**
 * A log of chance: records on their own, transactions that overlap and end in any order, dead letters, and offsets that
 * compaction has emptied. 0 is an event.
 */
export function anyLog(choices: Choices): Log {
  const writer = new LogWriter(choices);
  const length = SHORTEST + choices.below(LONGEST - SHORTEST + 1);
  while (writer.end < length) {
    const kind = choices.below(24);
    // The newest record or marker of a log is never compacted away.
    if (kind >= 22 && writer.end < length - 1) writer.skip();
    else if (kind >= 19) writer.endAny();
    else if (kind >= 16) writer.writeTransactional();
    else writer.write(choices.of(kind >= 14 ? DEAD_LETTERS : EVENTS));
  }
  writer.endAll();
  return writer;
}

class LogWriter implements Log {
  readonly batches: LoggedBatch[] = [];
  readonly transactions: Transaction[] = [];
  end = 0;
  readonly #choices: Choices;
  readonly #open: Mutable<Transaction>[] = [];

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  skip(): void {
    this.end += 1;
  }

  write(...known: readonly KnownRecord[]): void {
    this.#append(known, undefined);
  }

  writeTransactional(): void {
    const producerId = BigInt(this.#choices.below(PRODUCERS));
    const records = 1 + this.#choices.below(MAX_RECORDS_OF_A_BATCH);
    const transaction = this.#open.find((each) => each.producerId === producerId) ?? this.#begin(producerId);
    this.#append(
      Array.from({ length: records }, () => this.#choices.of(EVENTS)),
      transaction,
    );
  }

  /** A marker of any open transaction, or a record where there is none. */
  endAny(): void {
    if (this.#open.length === 0) this.write(this.#choices.of(EVENTS));
    else this.#end(this.#choices.of(this.#open));
  }

  endAll(): void {
    while (this.#open.length > 0) this.endAny();
  }

  #begin(producerId: bigint): Transaction {
    const transaction = { producerId, firstOffset: this.end, markerOffset: Infinity, isAborted: false };
    this.#open.push(transaction);
    return transaction;
  }

  #end(transaction: Mutable<Transaction>): void {
    transaction.isAborted = this.#choices.oneIn(2);
    transaction.markerOffset = this.end;
    this.#open.splice(this.#open.indexOf(transaction), 1);
    this.transactions.push(transaction);
    this.#append([], transaction);
  }

  /** @param known none for the marker of the transaction. */
  #append(known: readonly KnownRecord[], transaction: Transaction | undefined): void {
    const firstOffset = this.end;
    const lastOffset = firstOffset + Math.max(1, known.length) - 1;
    const records = known.map((each, index) => loggedRecord(firstOffset + index, each));
    this.batches.push({ firstOffset, lastOffset, records, transaction });
    this.end = lastOffset + 1;
  }
}

function loggedRecord(offset: number, known: KnownRecord): LoggedRecord {
  return { offset, known, record: { offset, timestampMs: RECORD_TIMESTAMP_MS, key: null, value: known.value } };
}
