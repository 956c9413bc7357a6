import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaTool } from '@antenna/local-stack';
import { execa } from 'execa';

interface Place {
  readonly partition: number;
  readonly offset: number;
}

/** Kafka's own consumer, as the judge of which records of a topic are committed. */
export class CommittedReader {
  readonly #brokers: string;
  readonly #topic: string;

  constructor(brokers: string, topic: string) {
    this.#brokers = brokers;
    this.#topic = topic;
  }

  /**
   * Every committed record that the topic still holds. Nothing may be written meanwhile, and no transaction open.
   * @param last the greatest known offset of each partition that has one: once they are read, only a moment is waited
   * for records that are not known.
   */
  async *all(last: ReadonlyMap<number, number>): AsyncGenerator<Place, void, undefined> {
    const left = new Map(last);
    const enough = new AbortController();
    for await (const place of this.#read(['--from-beginning', '--timeout-ms', String(PATIENCE_MS)], enough.signal)) {
      const isLast = place.offset >= (left.get(place.partition) ?? Number.POSITIVE_INFINITY);
      if (isLast && left.delete(place.partition) && left.size === 0)
        void delay(MOMENT_MS).then(() => {
          enough.abort();
        });
      yield place;
    }
  }

  /** Whether the record at this offset is committed. Waits until a committed record there or after it can be read. */
  async isVisible(partition: number, offset: number): Promise<boolean> {
    const from = ['--partition', String(partition), '--offset', String(offset), '--max-messages', '1'];
    for await (const place of this.#read([...from, '--timeout-ms', String(PATIENCE_MS)]))
      return place.offset === offset;
    throw new Error(`no committed record of ${this.#topic}/${partition} from ${offset} on within ${PATIENCE_MS} ms`);
  }

  async *#read(what: readonly string[], enough?: AbortSignal): AsyncGenerator<Place, void, undefined> {
    const topic = ['--bootstrap-server', this.#brokers, '--topic', this.#topic, '--isolation-level', 'read_committed'];
    const shown = Object.entries(SHOWN).flatMap((property) => ['--formatter-property', property.join('=')]);
    const tool = await kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', ...topic, ...shown, ...what);
    // It ends with an error when its time is up.
    const consumer = execa(...tool, {
      buffer: false,
      reject: false,
      stdin: 'ignore',
      stderr: 'ignore',
      ...(enough === undefined ? {} : { cancelSignal: enough }),
    });
    for await (const line of createInterface({ input: consumer.stdout })) {
      const [, partition, offset] = LINE.exec(line) ?? [];
      if (partition !== undefined) yield { partition: Number(partition), offset: Number(offset) };
    }
    await consumer;
  }
}

const MOMENT_MS = 3_000;
/** A consumer on a busy machine needs long for its first record. */
const PATIENCE_MS = 120_000;

const SHOWN = { 'print.partition': true, 'print.offset': true, 'print.key': false, 'print.value': false };

const LINE = /^Partition:(\d+)\tOffset:(\d+)/;
