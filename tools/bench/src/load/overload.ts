import { setTimeout as delay } from 'node:timers/promises';
import { ensureTopic } from '@antenna/simulator';
import { appCommand, type Environment, metricsOf, type Program, startProgram } from '@antenna/test-kit';
import { sendBlocks } from '../kafka/kafka-programs.ts';
import { benchKafka } from '../kafka/kafka-topics.ts';
import { residentBytes } from '../measure/memory.ts';
import { type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { type BlockShape, EventBlock, LoadFailedError, requireStored } from './event-block.ts';
import { readyOrigin } from './ready-origin.ts';

export interface Overload {
  readonly shape: BlockShape;
  readonly partitions: number;
  readonly durationMs: number;
  /** How often a period is reported: a minute, in the long run. */
  readonly periodMs: number;
  /** Events a second; as many as the producer can send unless given. */
  readonly rate: number | undefined;
  /** Settings of the worker besides those of its place. */
  readonly environment?: Environment;
  readonly onPeriod?: (period: Period) => void;
}

/** One period of the run. */
export interface Period {
  /** The greatest resident memory of the worker in it, MiB. */
  readonly peakMiB: number;
  /** At its end, by the worker's own metrics. */
  readonly lagRecords: number;
  readonly events: number;
}

export interface OverloadResult {
  readonly periods: readonly Period[];
  readonly counted: number;
  readonly archived: number;
}

const SAMPLE_MS = 500;
const MIB = 1_048_576;

/**
 * Sends more than one worker can process, for a while, and watches the worker; then stops it, and compares every row
 * with what the records below its positions give.
 * @throws when the worker fails, or a row is wrong.
 */
export async function overload(at: RunPlace, options: Overload): Promise<OverloadResult> {
  const { shape, partitions, durationMs, rate, environment } = options;
  const { brokers, groupId: topic } = at;
  const block = new EventBlock(shape, partitions);
  await ensureTopic(benchKafka(brokers), topic, partitions);
  const settings = { ...workerEnvironment(at), ...environment, HTTP_PORT: '0' };
  const worker = startProgram(appCommand('speed-layer', ['serve'], settings));
  try {
    const origin = await readyOrigin(worker);
    const untilMs = Date.now() + durationMs;
    const production = { brokers, topic, lines: block.lines, eventsPerBlock: shape.events, rate, untilMs };
    const [periods] = await Promise.all([watched(worker, origin, options), sendBlocks(production)]);
    worker.kill('SIGTERM');
    const { exitCode, all } = await worker;
    if (exitCode !== 0) throw new LoadFailedError(`the worker ended with ${String(exitCode)}:\n${all}`);
    return { periods, ...(await requireStored(at.databaseUrl, block)) };
  } finally {
    worker.kill('SIGKILL');
  }
}

async function watched(worker: Program, origin: string, options: Overload): Promise<readonly Period[]> {
  const periods: Period[] = [];
  let eventsBefore = 0;
  while (periods.length < Math.round(options.durationMs / options.periodMs)) {
    const peakMiB = (await peakOf(worker, options.periodMs)) / MIB;
    const figures = await metricsOf(origin);
    const events = figures('speed_layer_events_total');
    const period = { peakMiB, lagRecords: figures('speed_layer_lag_records'), events: events - eventsBefore };
    eventsBefore = events;
    periods.push(period);
    options.onPeriod?.(period);
  }
  return periods;
}

async function peakOf(worker: Program, periodMs: number): Promise<number> {
  const endMs = performance.now() + periodMs;
  let peakBytes = 0;
  while (performance.now() < endMs) {
    await delay(Math.min(SAMPLE_MS, periodMs / 4));
    const bytes = worker.pid === undefined ? undefined : residentBytes(worker.pid);
    if (bytes === undefined) throw new LoadFailedError(`the worker has ended:\n${(await worker).all}`);
    peakBytes = Math.max(peakBytes, bytes);
  }
  return peakBytes;
}

/** How much more the last third of the periods may use than the one before. */
const FLAT = 1.1;

export function periodText(minute: number, { peakMiB, lagRecords, events }: Period): string {
  return `minute ${minute}: peak ${Math.round(peakMiB)} MiB, ${events} events committed, ${lagRecords} records behind`;
}

/**
 * Whether memory stayed below its bound and flat while the worker fell ever further behind.
 * @throws {LoadFailedError} with the limit that was broken.
 */
export function requireFlatMemory(periods: readonly Period[], maxMiB: number): void {
  const [first, last] = [periods.at(0), periods.at(-1)];
  const peak = greatestOf(periods);
  if (peak > maxMiB) throw new LoadFailedError(`the worker used ${Math.round(peak)} MiB, more than ${maxMiB}`);
  const third = Math.floor(periods.length / 3);
  if (third === 0 || first === undefined || last === undefined) return;
  const [before, after] = [greatestOf(periods.slice(third, -third)), greatestOf(periods.slice(-third))];
  if (after > before * FLAT) {
    throw new LoadFailedError(`memory grows: ${Math.round(before)} MiB, later ${Math.round(after)} MiB`);
  }
  if (last.lagRecords <= first.lagRecords) {
    throw new LoadFailedError('the worker kept pace: send more, or this proves nothing');
  }
}

function greatestOf(periods: readonly Period[]): number {
  return Math.max(...periods.map(({ peakMiB }) => peakMiB));
}
