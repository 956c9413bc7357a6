import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { java, kafkaJars, type Report, reportToStderr } from '@antenna/local-stack';
import { type CommandLine, lastLines, startProgram } from '@antenna/test-kit';
import { execa } from 'execa';
import { ContestantFailedError } from '../measure/run-measured.ts';
import type { RunPlace } from '../stack/run-place.ts';
import { deviceId } from '../workload/workload.ts';

/** Runs Kafka's own consumer without any processing: the upper bound of what this machine's broker delivers. */
export interface KafkaConsumer {
  read(brokers: string, topic: string, records: number): CommandLine;
  /** Seconds that it fetched for, by its own account. */
  seconds(output: string): number;
}

export async function kafkaConsumer(report: Report): Promise<KafkaConsumer> {
  const [file, jars] = [await java(), await kafkaJars(report)];
  return {
    read: (brokers, topic, records) => ({
      file,
      args: [
        ...['-Xmx512m', '-Dlog4j2.level=ERROR', '-cp', `${jars}/*`, 'org.apache.kafka.tools.ConsumerPerformance'],
        ...['--bootstrap-server', brokers, '--topic', topic, '--num-records', String(records), '--timeout', '20000'],
      ],
      env: {},
    }),
    seconds: secondsOf,
  };
}

/** Its last line: start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, … */
function secondsOf(output: string): number {
  const fields = output.trim().split('\n').at(-1)?.split(', ') ?? [];
  const [records, perSecond] = [Number(fields[4]), Number(fields[5])];
  return records / perSecond;
}

/** Bytes of each event of a steady stream: constant, so that the sum gives the number of events. */
export const BYTES_OF_EVENT = 1_000;

const USERS = 20_000;
const ANTENNAS = 50;
const APPS = ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'] as const;

export interface SteadyRate {
  readonly topic: string;
  readonly eventsPerSecond: number;
  readonly seconds: number;
}

export interface Sent {
  readonly events: number;
  /** What was reached. */
  readonly eventsPerSecond: number;
}

/**
 * Sends events of now at a steady rate, by Kafka's own producer, which leaves most of the machine to those who read.
 * @throws {ContestantFailedError}
 */
export async function sendSteadily(at: RunPlace, rate: SteadyRate, report: Report): Promise<Sent> {
  const payload = join(at.scratch, `events-${rate.topic}.txt`);
  await writeFile(payload, eventLines(Date.now()).join('\n'));
  const events = rate.eventsPerSecond * rate.seconds;
  const jars = await kafkaJars(report);
  const client = [`bootstrap.servers=${at.brokers}`, 'acks=all', 'linger.ms=5', 'batch.size=65536'];
  const { failed, all, stdout } = await startProgram({
    file: await java(),
    args: [
      ...['-Xmx512m', '-Dlog4j2.level=ERROR', '-cp', `${jars}/*`, 'org.apache.kafka.tools.ProducerPerformance'],
      ...['--topic', rate.topic, '--num-records', String(events), '--throughput', String(rate.eventsPerSecond)],
      ...['--payload-file', payload, '--producer-props', ...client],
    ],
    env: {},
  });
  const reached = /([\d.]+) records\/sec \(/g;
  const last = [...stdout.matchAll(reached)].at(-1)?.[1];
  if (failed || last === undefined) throw new ContestantFailedError(`the producer failed:\n${lastLines(all, 15)}`);
  return { events, eventsPerSecond: Number(last) };
}

function eventLines(nowMs: number): string[] {
  const seconds = Math.floor(nowMs / 1000);
  return Array.from({ length: USERS }, (_, user) => {
    const ids = `"id":"${deviceId(`user ${user}`)}","antenna_id":"${deviceId(`antenna ${user % ANTENNAS}`)}"`;
    return `{"timestamp":${seconds},${ids},"bytes":${BYTES_OF_EVENT},"app":"${APPS[user % APPS.length] ?? APPS[0]}"}`;
  });
}

/** Where to, and how. */
interface ProducerSettings {
  readonly brokers: string;
  readonly topic: string;
  /** `lz4` unless given. */
  readonly compression?: Compression | undefined;
  /** Batch size of the producer in bytes; 131,072 unless given. A Java program that sets nothing has 16,384. */
  readonly batchBytes?: number | undefined;
}

/** What is sent, and how long. */
export interface Production extends ProducerSettings {
  /** Sent again and again, whole. */
  readonly lines: Buffer;
  readonly eventsPerBlock: number;
  /** Events a second at most; as fast as it goes unless given. */
  readonly rate?: number | undefined;
  /** How many blocks, or until when. */
  readonly blocks?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Ends after the block in which it is over. */
  readonly until?: { readonly isOver: boolean } | undefined;
}

/** The compressions of Kafka's producer, by its names. */
export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

const PART_BYTES = 1024 * 1024;

/**
 * Sends a block again and again by Kafka's own console producer, idempotent: it sends several times faster than the
 * client that the workers use.
 * @returns how many events were sent; Kafka has them all.
 */
export async function sendBlocks(production: Production): Promise<number> {
  const { lines, eventsPerBlock, rate, blocks = Number.POSITIVE_INFINITY, untilMs } = production;
  const isOver = () => production.until?.isOver === true || Date.now() >= (untilMs ?? Number.POSITIVE_INFINITY);
  const producer = startProducer(await java(), await kafkaJars(reportToStderr), production);
  const startedMs = Date.now();
  let sent = 0;
  for (let block = 0; block < blocks && !isOver(); block += 1) {
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

/** Sends lines once, by the same producer. @param parts of whole lines, made as fast as the producer takes them. */
export async function sendParts(settings: ProducerSettings, parts: Iterable<Buffer>): Promise<void> {
  const producer = startProducer(await java(), await kafkaJars(reportToStderr), settings);
  await Promise.all([pipeline(Readable.from(parts), producer.stdin), producer]);
}

function startProducer(file: string, jars: string, settings: ProducerSettings) {
  const { brokers, topic, compression = 'lz4', batchBytes = 131_072 } = settings;
  const place = ['--bootstrap-server', brokers, '--topic', topic];
  const sending = ['--compression-codec', compression, '--batch-size', String(batchBytes)];
  const client = ['linger.ms=20', 'acks=all', 'enable.idempotence=true', 'buffer.memory=67108864'];
  const reading = ['--reader-property', 'parse.key=true'];
  const args = [...place, ...sending, ...client.flatMap((each) => ['--command-property', each]), ...reading];
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
