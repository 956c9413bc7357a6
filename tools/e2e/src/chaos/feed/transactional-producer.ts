import { setTimeout as delay } from 'node:timers/promises';
import type { KnownRecords } from '@antenna/oracle';
import { type Chance, seededChance, type SimulatedRecord } from '@antenna/simulator';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import retry from 'p-retry';
import { RESTART_PATIENCE } from '../system/restart-patience.ts';
import type { Tally } from '../system/run-log.ts';
import { appended, type Batch } from './appended.ts';
import type { FeedHold } from './feeder.ts';
import { type TransactionEnding, type TransactionPlan, transactionPlan } from './transaction-plan.ts';

export interface TransactionalOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Tells it from other producers of the topic. */
  readonly name: string;
  readonly seed: number;
  readonly tally: Tally;
  readonly hold: FeedHold;
  /** Tells whether a consumer that reads committed records sees the one at this offset. */
  readonly isVisible: (partition: number, offset: number) => Promise<boolean>;
}

/** After so long, a broker aborts a transaction by itself. */
const TIME_OUT_MS = 3_000;
/** Until the broker has noticed: it looks every half second. */
const NOTICED_MS = 2_000;

/** No transaction is open any more so long after it was left. */
export const LONGEST_OPEN_MS = TIME_OUT_MS + NOTICED_MS;

/** More than a producer leaves open in the time that the broker takes to notice. */
const MAY_BE_OPEN = 10;

/** What a broker answers to the commit of a transaction that it has aborted. */
const REFUSED = ['INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'INVALID_PRODUCER_ID_MAPPING'];

interface Written extends Batch {
  readonly firstOffset: number;
}

/** Makes one transaction after the other, which end in different ways, and notes the records of those that commit. */
export class TransactionalProducer {
  readonly #known: KnownRecords;
  readonly #options: TransactionalOptions;
  readonly #chance: Chance;
  /** Transactions of the last of these may still be open. */
  readonly #abandoned: string[] = [];
  #producers = 0;
  #current: { readonly id: string; readonly producer: Producer } | undefined;

  constructor(known: KnownRecords, options: TransactionalOptions) {
    this.#known = known;
    this.#options = options;
    this.#chance = seededChance(options.seed);
  }

  /** Resolves once the signal is aborted and no transaction is open any more. */
  async run(records: Iterator<SimulatedRecord, void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const plan = transactionPlan(this.#known.partitions, this.#chance);
      await this.#options.hold.writing(() => this.#transaction(plan, records));
    }
    await this.#leave();
    for (const id of this.#abandoned.slice(-MAY_BE_OPEN)) await this.#end(id);
  }

  async #transaction(
    { ending, partitions, sends, pauseMs }: TransactionPlan,
    records: Iterator<SimulatedRecord, void>,
  ) {
    const { id, transaction } = await retry(() => this.#begin(), RESTART_PATIENCE);
    const written: Written[] = [];
    try {
      for (const [index, count] of sends.entries()) {
        await delay(pauseMs);
        const partition = partitions[index % partitions.length] ?? partitions[0];
        const batch = { topic: this.#options.topic, partition, records: take(records, count) };
        written.push({ ...batch, firstOffset: await appended(transaction, batch) });
      }
      await delay(pauseMs);
    } catch {
      this.#count('broken off');
      return this.#abort(id, transaction);
    }
    await this.#finish(ending, { id, transaction, written });
  }

  async #finish(
    ending: TransactionEnding,
    open: { id: string; transaction: Transaction; written: readonly Written[] },
  ) {
    const { id, transaction, written } = open;
    switch (ending) {
      case 'abort':
        this.#count('aborted');
        return this.#abort(id, transaction);
      case 'die':
        this.#count('left open');
        return this.#abandon(id);
      case 'hang':
        this.#count('left open until the time-out, then committed');
        await delay(LONGEST_OPEN_MS);
        return this.#commit(id, transaction, written);
      case 'commit':
        return this.#commit(id, transaction, written);
    }
  }

  async #begin(): Promise<{ readonly id: string; readonly transaction: Transaction }> {
    this.#current ??= await this.#connect(`${this.#options.name}-${(this.#producers += 1)}`);
    const { id, producer } = this.#current;
    try {
      return { id, transaction: await producer.transaction() };
    } catch (error) {
      await this.#abandon(id);
      throw error;
    }
  }

  async #connect(id: string): Promise<{ readonly id: string; readonly producer: Producer }> {
    const producer = this.#options.kafka.producer({
      transactionalId: id,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TIME_OUT_MS,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await producer.connect();
    return { id, producer };
  }

  async #commit(id: string, transaction: Transaction, written: readonly Written[]): Promise<void> {
    try {
      await transaction.commit();
    } catch (error) {
      await this.#abandon(id);
      if (isRefused(error)) {
        this.#count('refused to commit');
        return;
      }
      this.#count('of unknown outcome');
      await this.#end(id);
      const [first] = written;
      if (first === undefined || !(await this.#options.isVisible(first.partition, first.firstOffset))) return;
    }
    this.#count('committed');
    for (const { partition, firstOffset, records } of written) {
      const facts = records.map(({ fact }) => fact);
      this.#known.add(partition, firstOffset, facts);
    }
  }

  async #abort(id: string, transaction: Transaction): Promise<void> {
    await transaction.abort().catch(() => this.#abandon(id));
  }

  /** Its transaction stays open until the broker's time-out: the next one has a producer with another id. */
  async #abandon(id: string): Promise<void> {
    this.#abandoned.push(id);
    await this.#leave();
  }

  async #leave(): Promise<void> {
    await this.#current?.producer.disconnect().catch(() => undefined);
    this.#current = undefined;
  }

  /** Waits until the last transaction of a producer has ended, however: another one with its id cannot begin before. */
  async #end(id: string): Promise<void> {
    await retry(async () => {
      const { producer } = await this.#connect(id);
      try {
        const empty = await producer.transaction();
        await empty.abort();
      } finally {
        await producer.disconnect().catch(() => undefined);
      }
    }, RESTART_PATIENCE);
  }

  #count(what: string): void {
    this.#options.tally.count(`transactions ${what}`);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'type' in error && REFUSED.includes(String(error.type));
}

function take(records: Iterator<SimulatedRecord, void>, count: number): readonly SimulatedRecord[] {
  return Array.from({ length: count }, () => records.next().value).filter((record) => record !== undefined);
}
