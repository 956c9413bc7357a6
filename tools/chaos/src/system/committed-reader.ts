import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { java, kafkaJars } from '@antenna/local-stack';
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

  /** Every committed record that the topic still holds. Nothing may be written meanwhile, and no transaction open. */
  all(): AsyncIterable<Place> {
    return this.#read(['--from-beginning', '--timeout-ms', String(QUIET_MS)]);
  }

  /** Whether the record at this offset is committed. Waits until a committed record there or after it can be read. */
  async isVisible(partition: number, offset: number): Promise<boolean> {
    const from = ['--partition', String(partition), '--offset', String(offset), '--max-messages', '1'];
    for await (const place of this.#read([...from, '--timeout-ms', String(PATIENCE_MS)]))
      return place.offset === offset;
    throw new Error(`no committed record of ${this.#topic}/${partition} from ${offset} on within ${PATIENCE_MS} ms`);
  }

  async *#read(what: readonly string[]): AsyncGenerator<Place, void, undefined> {
    const jars = join(await kafkaJars(() => undefined), '*');
    const program = ['-Xmx256m', '-XX:+UseSerialGC', '-cp', jars, 'org.apache.kafka.tools.consumer.ConsoleConsumer'];
    const topic = ['--bootstrap-server', this.#brokers, '--topic', this.#topic, '--isolation-level', 'read_committed'];
    const shown = Object.entries(SHOWN).flatMap((property) => ['--formatter-property', property.join('=')]);
    // It ends with an error when its time is up.
    const consumer = execa(await java(), [...program, ...topic, ...shown, ...what], {
      buffer: false,
      reject: false,
      stdin: 'ignore',
      stderr: 'ignore',
    });
    for await (const line of createInterface({ input: consumer.stdout })) {
      const [, partition, offset] = LINE.exec(line) ?? [];
      if (partition !== undefined) yield { partition: Number(partition), offset: Number(offset) };
    }
    await consumer;
  }
}

/** With nothing new for so long, all has been read. */
const QUIET_MS = 10_000;
const PATIENCE_MS = 120_000;

const SHOWN = { 'print.partition': true, 'print.offset': true, 'print.key': false, 'print.value': false };

const LINE = /^Partition:(\d+)\tOffset:(\d+)/;
