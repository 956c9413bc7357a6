import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { java, kafkaJars, type Report } from '@antenna/local-stack';
import { ContestantFailedError } from '../errors.ts';
import { lastLines, start } from '../measure/run-measured.ts';
import type { RunPlace } from '../stack/run-place.ts';
import { deviceId } from '../workload/device-id.ts';

/** What each event of a steady stream counts: so their number can be told from the sum. */
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
  const { failed, all, stdout } = await start({
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
  if (failed || last === undefined) throw new ContestantFailedError(`the producer failed:\n${lastLines(all)}`);
  return { events, eventsPerSecond: Number(last) };
}

function eventLines(nowMs: number): string[] {
  const seconds = Math.floor(nowMs / 1000);
  return Array.from({ length: USERS }, (_, user) => {
    const ids = `"id":"${deviceId(`user ${user}`)}","antenna_id":"${deviceId(`antenna ${user % ANTENNAS}`)}"`;
    return `{"timestamp":${seconds},${ids},"bytes":${BYTES_OF_EVENT},"app":"${APPS[user % APPS.length] ?? APPS[0]}"}`;
  });
}
