import { type OffsetRange, unreadableRange } from '@antenna/ingestion';
import { loggedCommand, settingsGroup } from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { kafkaSettings } from '@antenna/event-source';
import { type AcknowledgedGap, databaseSettings, type HeldPosition } from '@antenna/usage-store';
import { adoptAppeared, existingFiles, type ReadableArchive } from './existing-files.ts';
import { type OperatedStream, operatorName, withOperatedStream } from './operated-stream.ts';

const acknowledgement = settingsGroup({
  title: 'Acknowledgement',
  fields: {
    by: operatorName('who accepts the loss; recorded with the gap'),
  },
  value: (values) => values,
});

/** Acknowledges a gap: records that retention deleted before a sink read them. */
export const acknowledgeGap = loggedCommand({
  name: 'acknowledge-gap',
  description:
    'acknowledges the records that retention deleted before they were read, and moves the positions past them',
  settings: {
    database: databaseSettings,
    kafka: kafkaSettings,
    archive: archiveSettings,
    acknowledgement,
  },
  async run(settings, { log, out }) {
    // Collects the gaps across attempts: those of an earlier attempt stay acknowledged when a worker forces a new
    // attempt.
    const done: string[] = [];
    await withOperatedStream(settings, log, (stream) => acknowledge(stream, settings.acknowledgement.by, done));
    out(`${done.length === 0 ? 'no unread record has been deleted' : done.join('\n')}\n`);
  },
});

async function acknowledge(stream: OperatedStream, by: string, done: string[]): Promise<void> {
  const { records, abandoned, archive, positions, topic } = stream;
  for (const loss of lossesOf(positions, await topic.read())) {
    await records.acknowledgeGap(await described(loss, archive, by));
    done.push(`${nameOf(loss.position)}: ${loss.position.nextOffset} to ${loss.to} given up`);
  }
  // Runs after the chunks are given up, so that it also finds files that a worker has created since the check above.
  for (const path of archive === undefined ? [] : await adoptAppeared(abandoned, archive))
    done.push(`${path} has appeared since its chunk was given up: listed`);
}

function nameOf({ sink, partition }: HeldPosition): string {
  return `${sink}, partition ${partition}`;
}

type Loss = Pick<AcknowledgedGap, 'position' | 'to'>;

function lossesOf(
  positions: readonly HeldPosition[],
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
): readonly Loss[] {
  return positions.flatMap((position) => {
    const { sink, partition, nextOffset, openIntent } = position;
    const range = offsets.get(partition);
    const reader = { sink, partition, position: nextOffset, intentEnd: openIntent?.endOffset };
    const gap = range && unreadableRange(reader, range);
    return gap === undefined ? [] : [{ position, to: gap.to }];
  });
}

async function described(
  loss: Loss,
  archive: ReadableArchive | undefined,
  acknowledgedBy: string,
): Promise<AcknowledgedGap> {
  const intent = loss.position.openIntent;
  if (intent === undefined || archive === undefined)
    return { ...loss, acknowledgedBy, detail: 'deleted before they were read', files: [] };
  const files = await existingFiles(archive, intent.paths);
  const missing = intent.paths.filter((path) => !files.some((file) => file.path === path));
  const detail =
    `a chunk from ${intent.startOffset} to ${intent.endOffset} was being written: ${files.length} of its files exist ` +
    `and are kept; missing: ${missing.length === 0 ? 'none' : missing.join(', ')}`;
  return { ...loss, acknowledgedBy, detail, files };
}
