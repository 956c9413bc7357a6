import { databaseSettings, instantText, loggedCommand, textTable } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { connectWithRetry, type NotedFault, type PartitionProgress, StreamProgress } from '@antenna/usage-store';
import { reasonsText, refusedAdvice } from './refused-text.ts';

/** Shows the progress of the stream by partition. */
export const status = loggedCommand({
  name: 'status',
  description: 'shows positions, lag and watermarks by partition',
  settings: { database: databaseSettings, kafka: kafkaSettings },
  async run({ database: connection, kafka }, { log, out }) {
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-status', log });
    try {
      const progress = new StreamProgress(database, kafka.topic);
      const [partitions, faults] = [await progress.partitions(), await progress.faults()];
      const refused = refusedText(partitions, await progress.refusedRecords());
      out(`${statusText(kafka.topic, partitions, faults)}${refused}\n`);
    } finally {
      await database.destroy();
    }
  },
});

const HEAD = [
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
];

function statusText(topic: string, partitions: readonly PartitionProgress[], faults: readonly NotedFault[]): string {
  if (partitions.length === 0) return `no partition of topic ${topic} was ever claimed with this database`;
  const codes = new Map(faults.map(({ partition, code }) => [partition, code]));
  const rows = partitions.map((each) => statusRow(each, codes.get(each.partition)));
  const watermarks = partitions.flatMap(({ isIdle, watermarkMs }) => (isIdle ? [] : (watermarkMs ?? [])));
  const watermark = watermarks.length === 0 ? 'none' : instantText(Math.min(...watermarks));
  const reasons = faults
    .map(
      ({ partition, code, message, sinceMs }) =>
        `\npartition ${partition} stands still since ${instantText(sinceMs)}: ${code}: ${message}`,
    )
    .join('');
  return `topic ${topic}: ${lagText(partitions)}, watermark ${watermark}\n${textTable(HEAD, rows)}${reasons}`;
}

/** The line about dead letters. All records are refused if no partition has an event time. */
function refusedText(partitions: readonly PartitionProgress[], refused: ReadonlyMap<string, number>): string {
  const records = [...refused.values()].reduce((sum, each) => sum + each, 0);
  if (records === 0) return '';
  const isAll = partitions.every(({ greatestEventTimeMs }) => greatestEventTimeMs === undefined);
  const all = isAll ? `: every record is refused, none was an event: ${refusedAdvice(refused)}` : '';
  return `\n${records} records are dead letters (${reasonsText(refused)})${all}`;
}

/**
 * The lag of the totals. It is unknown, rather than 0, for a partition whose end offset no worker has read recently.
 */
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
    instantText(each.greatestEventTimeMs),
    instantText(each.watermarkMs),
    instantText(each.archivedUntilMs),
    `${fault === undefined ? (isIdle ? 'idle' : 'moving') : `stopped (${fault})`}, ${owner ?? 'nobody'}${intent}`,
  ];
}
