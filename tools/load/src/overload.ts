import { setTimeout as delay } from 'node:timers/promises';
import { LoadFailedError } from './errors.ts';
import { type BlockShape, EventBlock } from './event-block.ts';
import { createTopic, type Place, settingsOf } from './place.ts';
import { memoryOf } from './process-memory.ts';
import { sendBlocks } from './producer.ts';
import { type Environment, type Program, start } from './program.ts';
import { Stored } from './stored.ts';
import { originOf, workerFigures } from './worker-figures.ts';

export interface Overload {
  readonly shape: BlockShape;
  readonly partitions: number;
  readonly durationMs: number;
  /** What is told of at once: a minute, in the long run. */
  readonly periodMs: number;
  readonly rate: number | undefined;
  readonly settings?: Environment;
  readonly onPeriod?: (period: Period) => void;
}

/** One period of the run. */
export interface Period {
  /** The greatest resident memory of the worker in it, MiB. */
  readonly peakMiB: number;
  /** At its end, as the worker's own metrics tell. */
  readonly lagRecords: number;
  readonly events: number;
}

export interface OverloadResult {
  readonly periods: readonly Period[];
  readonly counted: number;
  readonly archived: number;
}

const SAMPLE_MS = 500;

/**
 * Sends more than one worker can process, for a while, and watches the worker; then stops it, and compares every row
 * with what the records below its positions give.
 * @throws when the worker fails, or a row is wrong.
 */
export async function overload(place: Place, options: Overload): Promise<OverloadResult> {
  const { shape, partitions, durationMs, rate } = options;
  const block = new EventBlock(shape, partitions);
  await createTopic(place, partitions);
  const worker = start('speed-layer', ['serve'], { ...settingsOf(place), HTTP_PORT: '0', ...options.settings });
  try {
    const origin = await originOf(worker);
    const untilMs = Date.now() + durationMs;
    const { brokers, topic } = place;
    const production = { brokers, topic, lines: block.lines, eventsPerBlock: shape.events, rate, untilMs };
    const [periods] = await Promise.all([watched(worker, origin, options), sendBlocks(production)]);
    worker.kill('SIGTERM');
    const { exitCode, all } = await worker;
    if (exitCode !== 0) throw new LoadFailedError(`the worker ended with ${String(exitCode)}:\n${all}`);
    return { periods, ...(await Stored.using(place.databaseUrl, (stored) => stored.mustHold(block))) };
  } finally {
    worker.kill('SIGKILL');
  }
}

async function watched(worker: Program, origin: string, options: Overload): Promise<readonly Period[]> {
  const periods: Period[] = [];
  let eventsBefore = 0;
  while (periods.length < Math.round(options.durationMs / options.periodMs)) {
    const peakMiB = await peakOf(worker, options.periodMs);
    const figures = await workerFigures(origin);
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
  let peakMiB = 0;
  while (performance.now() < endMs) {
    await delay(Math.min(SAMPLE_MS, periodMs / 4));
    const memory = worker.pid === undefined ? undefined : await memoryOf(worker.pid);
    if (memory === undefined) throw new LoadFailedError(`the worker has ended:\n${(await worker).all}`);
    peakMiB = Math.max(peakMiB, memory.residentMiB);
  }
  return peakMiB;
}
