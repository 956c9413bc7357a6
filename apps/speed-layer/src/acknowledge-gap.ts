import { userInfo } from 'node:os';
import { openEventArchive } from '@antenna/event-archive';
import { kafkaClient, kafkaCluster, TopicOffsets } from '@antenna/event-source';
import {
  type OffsetRange,
  parseArchivePath,
  type Sink,
  sumOfBytes,
  type UnreadableRange,
  unreadableRange,
} from '@antenna/ingestion';
import { anyText, command, setting, settingsGroup } from '@antenna/settings';
import { createLogger } from '@antenna/telemetry';
import { type AcknowledgedGap, connectWithRetry, type PartitionProgress, StreamProgress } from '@antenna/usage-store';
import { workerSettings } from './worker-settings.ts';

const acknowledgement = settingsGroup({
  title: 'Acknowledgement',
  fields: {
    by: setting({
      name: 'by',
      description: 'who accepts the loss; recorded with the gap',
      kind: anyText('name'),
      default: userInfo().username,
    }),
  },
  value: (values) => values,
});

/** Accepts, and records, that retention has deleted records before they were read. */
export const acknowledgeGap = command({
  name: 'acknowledge-gap',
  description: 'records the records that retention has deleted unread, and goes on after them',
  settings: { ...workerSettings, acknowledgement },
  async run(settings, { secrets }) {
    const log = createLogger({ ...settings.log, name: 'speed-layer', secrets });
    const database = await connectWithRetry(settings.database, { applicationName: 'speed-layer-gap', log });
    const kafka = kafkaClient(settings.kafka, 'speed-layer-gap', (message, details) => {
      log.warn(message, details);
    });
    const topic = new TopicOffsets(kafkaCluster(kafka), settings.kafka.topic);
    const archive = await openEventArchive(settings.archive.location, { emulatorUrl: settings.archive.emulatorUrl });
    try {
      await topic.connect();
      const progress = new StreamProgress(database, settings.kafka.topic);
      const losses = lossesOf(settings.ingestion.sinks, await progress.partitions(), await topic.read());
      for (const loss of losses)
        await progress.acknowledgeGap(await described(loss, archive, settings.acknowledgement.by));
      const lines = losses.map(
        ({ gap }) => `${gap.sink}, partition ${gap.partition}: ${gap.from} to ${gap.to} given up`,
      );
      process.stdout.write(`${lines.length === 0 ? 'no unread record has been deleted' : lines.join('\n')}\n`);
    } finally {
      await archive.close();
      await topic.disconnect();
      await database.destroy();
    }
  },
});

interface Loss {
  readonly gap: UnreadableRange;
  /** A chunk of the archive that was being written. */
  readonly intent: PartitionProgress['openIntent'];
}

function lossesOf(
  sinks: readonly Sink[],
  partitions: readonly PartitionProgress[],
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
): readonly Loss[] {
  const known = new Map(partitions.map((each) => [each.partition, each]));
  return [...offsets].flatMap(([partition, range]) =>
    sinks.flatMap((sink) => {
      const intent = sink === 'archive' ? known.get(partition)?.openIntent : undefined;
      const position = known.get(partition)?.offsets[sink] ?? 0;
      const gap = range && unreadableRange({ sink, partition, position, intentEnd: intent?.endOffset }, range);
      return gap === undefined ? [] : [{ gap, intent }];
    }),
  );
}

type Archive = Awaited<ReturnType<typeof openEventArchive>>;

async function described({ gap, intent }: Loss, archive: Archive, acknowledgedBy: string): Promise<AcknowledgedGap> {
  if (intent === undefined) return { ...gap, acknowledgedBy, detail: 'deleted before they were read', files: [] };
  const files = await existingFiles(archive, intent.paths);
  const missing = intent.paths.filter((path) => !files.some((file) => file.path === path));
  const detail =
    `a chunk from ${intent.startOffset} to ${intent.endOffset} was being written: ${files.length} of its files exist ` +
    `and are kept; missing: ${missing.length === 0 ? 'none' : missing.join(', ')}`;
  return { ...gap, acknowledgedBy, detail, files };
}

async function existingFiles(archive: Archive, paths: readonly string[]): Promise<AcknowledgedGap['files']> {
  const files = [];
  for (const path of paths) {
    const name = parseArchivePath(path);
    if (name === undefined || !(await archive.exists(path))) continue;
    const { file, rows } = await archive.read(path);
    files.push({ ...file, path, hourMs: name.hourMs, rows: rows.rows, eventBytes: sumOfBytes(rows) });
  }
  return files;
}
