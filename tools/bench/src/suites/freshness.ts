import { setTimeout as delay } from 'node:timers/promises';
import { NotProvenError } from '@antenna/oracle';
import { within } from '@antenna/test-kit';
import type { StreamingContestant } from '../contestants/contestant.ts';
import { flinkStreaming } from '../contestants/flink.ts';
import type { FlinkInstallation } from '../contestants/flink-installation.ts';
import { productStreaming } from '../contestants/product.ts';
import { sparkStreaming } from '../contestants/spark.ts';
import type { SparkInstallation } from '../contestants/spark-installation.ts';
import { BYTES_OF_EVENT, sendSteadily, type Sent } from '../kafka/kafka-programs.ts';
import { quantile } from '../measure/statistics.ts';
import type { FreshnessRun } from '../report/results.ts';
import { inStream, LOOK_MS, type Stream } from './in-stream.ts';
import { countedBytes, probeTimes } from './probes.ts';
import { type BenchContext, freshnessText } from './suite.ts';

/** How long rows may take after the last event was sent. */
const END_DEADLINE_MS = 60_000;

/**
 * Measures how soon after its arrival in Kafka an event is counted, at steady rates.
 * @param topRate what the product drains a second.
 */
export async function freshness(context: BenchContext, topRate: number): Promise<FreshnessRun[]> {
  const runs: FreshnessRun[] = [];
  for (const [contestant, rate] of pairsOf(context, topRate)) {
    const run = await inStream(context, contestant, (stream) => measured(context, { contestant, rate, stream }));
    context.report(freshnessText(run));
    runs.push(run);
  }
  return runs;
}

function pairsOf({ sizes, peers }: BenchContext, topRate: number): Pair[] {
  const rates = sizes.freshness;
  const half = Math.floor(topRate / 2 / 1000) * 1000;
  return [
    ...rates.productRates.map((rate = half) => [productStreaming, rate] as const),
    ...(peers.flink === undefined ? [] : flinkPairs(peers.flink, rates, half)),
    ...(peers.spark === undefined ? [] : sparkPairs(peers.spark, rates)),
  ];
}

type Pair = readonly [StreamingContestant, number];
type Rates = BenchContext['sizes']['freshness'];

function flinkPairs(peer: FlinkInstallation, { flinkStreamRates, flinkSqlRates }: Rates, half: number): Pair[] {
  return [
    ...flinkStreamRates.map((rate = half) => [flinkStreaming(peer, 'stream'), rate] as const),
    ...flinkSqlRates.map((rate) => [flinkStreaming(peer, 'sql'), rate] as const),
  ];
}

function sparkPairs(peer: SparkInstallation, { sparkUpdateRates, sparkAppendRates }: Rates): Pair[] {
  return [
    ...sparkUpdateRates.map((rate) => [sparkStreaming(peer, 'update'), rate] as const),
    ...sparkAppendRates.map((rate) => [sparkStreaming(peer, 'append'), rate] as const),
  ];
}

interface Measurement {
  readonly contestant: StreamingContestant;
  readonly rate: number;
  readonly stream: Stream;
}

async function measured(context: BenchContext, measurement: Measurement): Promise<FreshnessRun> {
  const { contestant, rate, stream } = measurement;
  const isLive = contestant.shows === 'events';
  const course = isLive ? shortCourse(Date.now(), context.sizes.freshness.seconds) : windowCourse(Date.now());
  await delay(course.sendFromMs - Date.now());
  const seconds = Math.round((course.sendToMs - course.sendFromMs) / 1000);
  const sent = await sendSteadily(stream.at, { topic: stream.topic, eventsPerSecond: rate, seconds }, context.report);
  await stream.probes.stop();
  if (isLive) await verifyAllCounted(measurement, sent);
  const committed = await probeTimes(stream.database, contestant.table);
  const { ms, missing } = delaysOf(stream.probes.sentMs, committed, course.measured);
  return {
    contestant: contestant.name,
    wantedPerSecond: rate,
    eventsPerSecond: sent.eventsPerSecond,
    seconds: (course.measured[1] - course.measured[0]) / 1000,
    probes: ms.length + missing,
    missing,
    ...(ms.length === 0 ? {} : { p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99), maxMs: Math.max(...ms) }),
  };
}

/** What is behind by more than a minute is not fresh, but it is not wrong: then its probes are missing. */
async function verifyAllCounted({ contestant: { name, table }, stream }: Measurement, sent: Sent): Promise<void> {
  const { database, probes } = stream;
  const wanted = (sent.events + probes.sentMs.size) * BYTES_OF_EVENT;
  await within(END_DEADLINE_MS, async () => (await countedBytes(database, table)) >= wanted, LOOK_MS);
  const counted = await countedBytes(database, table);
  if (counted > wanted) throw new NotProvenError(`${name} counted ${counted} bytes of ${wanted}`);
}

/** When events are sent, and which of them are measured. All in milliseconds since 1970. */
export interface Course {
  readonly sendFromMs: number;
  readonly sendToMs: number;
  /** [from, to) */
  readonly measured: readonly [number, number];
}

const WARM_UP_MS = 10_000;
const WINDOW_MS = 300_000;
/** How long the peer's watermark waits for what is late. */
const WATERMARK_MS = 60_000;
/** For the batch after the one that moved the watermark. */
const MARGIN_MS = 40_000;

/** Measures for a while, as soon as the rate has been steady for ten seconds. */
export function shortCourse(nowMs: number, seconds: number): Course {
  const fromMs = nowMs + WARM_UP_MS;
  const toMs = fromMs + seconds * 1000;
  return { sendFromMs: nowMs, sendToMs: toMs, measured: [fromMs, toMs] };
}

/** Plans the measurement of one whole window: sending continues until the watermark has passed the window's end. */
export function windowCourse(nowMs: number): Course {
  const fromMs = Math.ceil((nowMs + WARM_UP_MS) / WINDOW_MS) * WINDOW_MS;
  const toMs = fromMs + WINDOW_MS;
  return { sendFromMs: fromMs - WARM_UP_MS, sendToMs: toMs + WATERMARK_MS + MARGIN_MS, measured: [fromMs, toMs] };
}

/** How late rows were, and which never came. */
export interface Delays {
  readonly ms: readonly number[];
  readonly missing: number;
}

/**
 * Compares when probes were sent with when their rows were committed.
 * @param between probes sent in [from, to) count; both in milliseconds since 1970.
 */
export function delaysOf(
  sentMs: ReadonlyMap<string, number>,
  committedMs: ReadonlyMap<string, number>,
  [from, to]: readonly [number, number],
): Delays {
  const counted = [...sentMs].filter(([, sent]) => sent >= from && sent < to);
  const ms = counted.flatMap(([id, sent]) => {
    const committed = committedMs.get(id);
    return committed === undefined ? [] : [committed - sent];
  });
  return { ms, missing: counted.length - ms.length };
}
