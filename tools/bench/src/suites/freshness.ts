import { setTimeout as delay } from 'node:timers/promises';
import { WrongResultError } from '../errors.ts';
import type { FreshnessRun } from '../results/runs.ts';
import { quantile } from '../statistics/quantile.ts';
import { shortCourse, windowCourse } from '../stream/course.ts';
import { delaysOf } from '../stream/delays.ts';
import { countedBytes, probeTimes } from '../stream/probe-times.ts';
import { BYTES_OF_EVENT, type Sent, sendSteadily } from '../stream/steady-stream.ts';
import { until } from '../stream/until.ts';
import type { BenchContext } from './bench-context.ts';
import { inStream, type Stream } from './in-stream.ts';
import { freshnessText } from './run-text.ts';
import { productStreaming, sparkStreaming, type StreamingContestant } from './streaming-contestant.ts';

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

function pairsOf({ sizes, peer }: BenchContext, topRate: number): (readonly [StreamingContestant, number])[] {
  const { productRates, peerUpdateRates, peerAppendRates } = sizes.freshness;
  const half = Math.floor(topRate / 2 / 1000) * 1000;
  return [
    ...productRates.map((rate = half) => [productStreaming, rate] as const),
    ...(peer === undefined
      ? []
      : [
          ...peerUpdateRates.map((rate) => [sparkStreaming(peer, 'update'), rate] as const),
          ...peerAppendRates.map((rate) => [sparkStreaming(peer, 'append'), rate] as const),
        ]),
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
  await until(async () => (await countedBytes(database, table)) >= wanted, END_DEADLINE_MS);
  const counted = await countedBytes(database, table);
  if (counted > wanted) throw new WrongResultError(`${name} counted ${counted} bytes of ${wanted}`);
}
