import { LoadFailedError } from './errors.ts';
import { type BlockShape, EventBlock } from './event-block.ts';
import { createTopic, type Place, settingsOf } from './place.ts';
import { sendBlocks } from './producer.ts';
import { type Environment, measured } from './program.ts';
import { Stored } from './stored.ts';

export interface DrainLoad {
  readonly shape: BlockShape;
  readonly blocks: number;
  readonly partitions: number;
  /** Settings of the worker beside the place's. */
  readonly settings?: Environment;
}

export interface DrainResult {
  readonly events: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly rows: number;
}

/**
 * Fills a topic and lets one worker drain it, then compares every row with the truth.
 * @throws when the worker fails or a row is wrong.
 */
export async function drainLoad(
  place: Place,
  { shape, blocks, partitions, settings }: DrainLoad,
): Promise<DrainResult> {
  const block = new EventBlock(shape, partitions);
  const { brokers, topic } = place;
  await createTopic(place, partitions);
  const sent = await sendBlocks({ brokers, topic, lines: block.lines, eventsPerBlock: shape.events, blocks });
  const { seconds, peakMiB } = await measured('speed-layer', ['drain'], { ...settingsOf(place), ...settings });
  return Stored.using(place.databaseUrl, async (stored) => {
    const { counted, archived } = await stored.mustHold(block);
    if (counted !== sent || archived !== sent) {
      throw new LoadFailedError(`${sent} events were sent, ${counted} are counted and ${archived} archived`);
    }
    const rows = (await stored.totals('public.bytes')).length;
    return { events: counted, seconds, peakMiB, rows };
  });
}
