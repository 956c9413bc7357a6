import { ensureTopic } from '@antenna/simulator';
import { appCommand } from '@antenna/test-kit';
import { type Compression, sendBlocks } from '../kafka/kafka-programs.ts';
import { benchKafka } from '../kafka/kafka-topics.ts';
import { withLimits } from '../measure/control-group.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { type BlockShape, EventBlock, LoadFailedError, requireStored } from './event-block.ts';

export interface DrainLoad {
  readonly shape: BlockShape;
  readonly blocks: number;
  readonly partitions: number;
  /** Compression of the topic's batches; that of `sendBlocks` unless given. */
  readonly compression?: Compression | undefined;
  readonly batchBytes?: number | undefined;
  /** Memory of the worker, as of a container; unlimited unless given. */
  readonly memoryMiB?: number | undefined;
}

export interface DrainResult {
  readonly events: number;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly rows: number;
}

/**
 * Fills a topic and lets one worker drain it, then compares every row with the truth.
 * @throws when the worker fails or a row is wrong.
 */
export async function drainLoad(at: RunPlace, load: DrainLoad): Promise<DrainResult> {
  const { shape, blocks, partitions, compression, batchBytes, memoryMiB } = load;
  const block = new EventBlock(shape, partitions);
  const { brokers, groupId: topic } = at;
  await ensureTopic(benchKafka(brokers), topic, partitions);
  const production = { brokers, topic, lines: block.lines, eventsPerBlock: shape.events, blocks };
  const sent = await sendBlocks({ ...production, compression, batchBytes });
  const drain = [appCommand('speed-layer', ['drain'], workerEnvironment(at))];
  const { usage } = await (memoryMiB === undefined
    ? runMeasured(drain)
    : withLimits(drain, { memoryMiB }, runMeasured));
  const { counted, archived, rows } = await requireStored(at.databaseUrl, block);
  if (counted !== sent || archived !== sent) {
    throw new LoadFailedError(`${sent} events were sent, ${counted} are counted and ${archived} archived`);
  }
  return { events: counted, seconds: usage.wallSeconds, peakBytes: usage.peakMemoryBytes, rows };
}
