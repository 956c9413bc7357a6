import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { java, kafkaJars, reportToStderr } from '@antenna/local-stack';
import { execa } from 'execa';

/** Where to, and what. */
export interface Production {
  readonly brokers: string;
  readonly topic: string;
  /** Sent again and again, whole. */
  readonly lines: Buffer;
  readonly eventsPerBlock: number;
  /** Events a second at most; as fast as it goes unless given. */
  readonly rate?: number | undefined;
  /** How many blocks, or until when. */
  readonly blocks?: number | undefined;
  readonly untilMs?: number | undefined;
}

const PART_BYTES = 1024 * 1024;

/**
 * Sends a block again and again by Kafka's own console producer, idempotent: it sends several times faster than the
 * client that the workers use.
 * @returns how many events were sent; Kafka has them all.
 */
export async function sendBlocks(production: Production): Promise<number> {
  const { lines, eventsPerBlock, rate, blocks = Number.POSITIVE_INFINITY, untilMs } = production;
  const producer = startProducer(await java(), await kafkaJars(reportToStderr), production);
  const startedMs = Date.now();
  let sent = 0;
  for (let block = 0; block < blocks && Date.now() < (untilMs ?? Number.POSITIVE_INFINITY); block += 1) {
    for (let from = 0; from < lines.length; from += PART_BYTES) {
      if (!producer.stdin.write(lines.subarray(from, from + PART_BYTES))) await once(producer.stdin, 'drain');
      const share = Math.min(from + PART_BYTES, lines.length) / lines.length;
      if (rate !== undefined) await until(startedMs + ((sent + eventsPerBlock * share) / rate) * 1000);
    }
    sent += eventsPerBlock;
  }
  producer.stdin.end();
  await producer;
  return sent;
}

function startProducer(file: string, jars: string, { brokers, topic }: Production) {
  const place = ['--bootstrap-server', brokers, '--topic', topic];
  const sending = ['--compression-codec', 'lz4', '--batch-size', '131072'];
  const settings = ['linger.ms=20', 'acks=all', 'enable.idempotence=true', 'buffer.memory=67108864'];
  const reading = ['--reader-property', 'parse.key=true'];
  const args = [...place, ...sending, ...settings.flatMap((each) => ['--command-property', each]), ...reading];
  return execa(
    file,
    ['-Xmx256m', '-XX:+UseSerialGC', '-cp', join(jars, '*'), 'org.apache.kafka.tools.ConsoleProducer', ...args],
    { stdin: 'pipe', all: true },
  );
}

async function until(timeMs: number): Promise<void> {
  const waitMs = timeMs - Date.now();
  if (waitMs > 0) await delay(waitMs);
}
