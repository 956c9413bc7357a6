import { command, databaseSettings, kafkaSettings, logSettings } from '@antenna/cli';
import { createLogger } from '@antenna/telemetry';
import { connectWithRetry, type NotedFault, type PartitionProgress, StreamProgress } from '@antenna/usage-store';
import Table from 'cli-table3';
import { DateTime } from 'luxon';
import { reasonsText, refusedAdvice } from './refused-text.ts';

/** Shows how far the stream has come. */
export const status = command({
  name: 'status',
  description: 'shows positions, lag and watermarks by partition',
  settings: { database: databaseSettings, kafka: kafkaSettings, log: logSettings },
  async run({ database: connection, kafka, log }, { secrets }) {
    const logger = createLogger({ ...log, name: 'speed-layer', secrets });
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-status', log: logger });
    try {
      const progress = new StreamProgress(database, kafka.topic);
      const [partitions, faults] = [await progress.partitions(), await progress.faults()];
      const refused = refusedText(partitions, await progress.refusedRecords());
      process.stdout.write(`${statusText(kafka.topic, partitions, faults)}${refused}\n`);
    } finally {
      await database.destroy();
    }
  },
});

function statusText(topic: string, partitions: readonly PartitionProgress[], faults: readonly NotedFault[]): string {
  if (partitions.length === 0) return `no partition of topic ${topic} was ever claimed with this database`;
  const table = new Table({
    head: [
      'partition',
      'end',
      'totals',
      'lag',
      'archive',
      'lag',
      'newest event',
      'watermark',
      'archived until',
      'state',
    ],
    style: { head: [], border: [] },
  });
  const codes = new Map(faults.map(({ partition, code }) => [partition, code]));
  for (const each of partitions) table.push(statusRow(each, codes.get(each.partition)));
  const watermarks = partitions.flatMap(({ isIdle, watermarkMs }) => (isIdle ? [] : (watermarkMs ?? [])));
  const watermark = watermarks.length === 0 ? 'none' : instant(Math.min(...watermarks));
  const reasons = faults
    .map(
      ({ partition, code, message, sinceMs }) =>
        `\npartition ${partition} stands still since ${instant(sinceMs)}: ${code}: ${message}`,
    )
    .join('');
  return `topic ${topic}: ${lagText(partitions)}, watermark ${watermark}\n${table.toString()}${reasons}`;
}

/** No event at all has been counted where no partition has the time of one. */
function refusedText(partitions: readonly PartitionProgress[], refused: ReadonlyMap<string, number>): string {
  const records = [...refused.values()].reduce((sum, each) => sum + each, 0);
  if (records === 0) return '';
  const isAll = partitions.every(({ greatestEventTimeMs }) => greatestEventTimeMs === undefined);
  const all = isAll ? `: every record is refused, none was an event: ${refusedAdvice(refused)}` : '';
  return `\n${records} records are dead letters (${reasonsText(refused)})${all}`;
}

/** A lag behind an end that no worker has read of late is not known, least of all to be 0. */
function lagText(partitions: readonly PartitionProgress[]): string {
  const lag = partitions.reduce((sum, each) => sum + (each.lag.totals ?? 0), 0);
  const unknown = partitions.filter((each) => each.lag.totals === undefined).map(({ partition }) => partition);
  if (unknown.length === 0) return `${lag} records behind`;
  const known = unknown.length === partitions.length ? '' : `${lag} records behind on the others; `;
  return `${known}lag of partitions ${unknown.join(', ')} unknown, their ends have not been read for 30 s`;
}

function statusRow(each: PartitionProgress, fault: string | undefined): string[] {
  const { offsets, lag, openIntent, isIdle, owner } = each;
  const intent = openIntent === undefined ? '' : `, writing ${openIntent.startOffset} to ${openIntent.endOffset}`;
  const cells = [each.partition, each.endOffset, offsets.totals, lag.totals, offsets.archive, lag.archive];
  return [
    ...cells.map((cell) => (cell === undefined ? '-' : String(cell))),
    instant(each.greatestEventTimeMs),
    instant(each.watermarkMs),
    instant(each.archivedUntilMs),
    `${fault === undefined ? (isIdle ? 'idle' : 'moving') : `stopped (${fault})`}, ${owner ?? 'nobody'}${intent}`,
  ];
}

function instant(timeMs: number | undefined): string {
  const iso =
    timeMs === undefined ? null : DateTime.fromMillis(timeMs, { zone: 'utc' }).toISO({ suppressMilliseconds: true });
  return iso ?? '-';
}
