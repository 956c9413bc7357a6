import {
  countColumn,
  instantColumn,
  instantText,
  plainColumn,
  type Report,
  type ReportColumn,
  type ReportColumns,
} from '@antenna/cli';
import type { NotedFault, PartitionProgress, StreamLateness } from '@antenna/usage-store';
import { latenessLines } from './lateness-text.ts';
import { reasonsText, refusedAdvice } from './refused-stream.ts';

/** What the database knows of the stream. */
export interface StreamState {
  readonly topic: string;
  readonly partitions: readonly PartitionProgress[];
  readonly faults: readonly NotedFault[];
  /** Number of dead letters by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** Undefined before the first event with a lateness. */
  readonly lateness: StreamLateness | undefined;
}

/** A partition, and the code of the fault that stopped it. */
export interface ProgressRow extends PartitionProgress {
  readonly fault: string | undefined;
}

const columns: ReportColumns<ProgressRow> = {
  partition: plainColumn(({ partition }) => partition),
  end: plainColumn(({ endOffset }) => endOffset),
  totals: plainColumn(({ offsets }) => offsets.totals),
  totals_lag: countColumn(({ lag }) => lag.totals),
  archive: plainColumn(({ offsets }) => offsets.archive),
  archive_lag: countColumn(({ lag }) => lag.archive),
  newest_event: instantColumn(({ greatestEventTimeMs }) => greatestEventTimeMs),
  watermark: instantColumn(({ watermarkMs }) => watermarkMs),
  archived_until: instantColumn(({ archivedUntilMs }) => archivedUntilMs),
  state: { value: stateOf, cell: stateText },
  fault: { value: ({ fault }) => fault },
  worker: { value: ({ owner }) => owner, cell: workerText },
  last_seen: instantValue(({ notedAtMs }) => notedAtMs),
  last_moved: instantValue(({ movedAtMs }) => movedAtMs),
  writing_from: { value: ({ openIntent }) => openIntent?.startOffset },
  writing_to: { value: ({ openIntent }) => openIntent?.endOffset },
};

const LEGEND = [
  'end: offset of the next record that Kafka will get; totals, archive: offset of the next record to count or archive;',
  'watermark: newest event minus ALLOWED_LATENESS_MS; archived until: all that had arrived by then is in the archive;',
  'idle: the totals have not moved for 5 minutes while others did; nobody: no worker has read the end for 30 s.',
];

/** The progress by partition, with the lines that sum it up above the table. */
export function progressReport({ topic, partitions, faults, refused, lateness }: StreamState): Report<ProgressRow> {
  const codes = new Map(faults.map(({ partition, code }) => [partition, code]));
  return {
    columns,
    rows: partitions.map((each) => ({ ...each, fault: codes.get(each.partition) })),
    above:
      partitions.length === 0 ? [] : [`topic ${topic}: ${lagText(partitions)}, watermark ${watermarkText(partitions)}`],
    below: [
      ...[...faults.map(faultText), ...refusedLines(partitions, refused), ...latenessLines(lateness)],
      ...(partitions.length === 0 ? [] : LEGEND),
    ],
    empty: `no partition of topic ${topic} was ever claimed with this database`,
  };
}

/** Whether a worker has read the end offset of the partition in the last 30 s. Otherwise the lag is unknown. */
function isAttended({ lag }: PartitionProgress): boolean {
  return lag.totals !== undefined;
}

function stateOf(row: ProgressRow): string {
  if (row.fault !== undefined) return 'stopped';
  if (!isAttended(row)) return 'nobody';
  return row.isIdle ? 'idle' : 'moving';
}

/** A column of instants for programs only. */
function instantValue(timeMs: (row: ProgressRow) => number | undefined): ReportColumn<ProgressRow> {
  return { value: instantColumn(timeMs).value };
}

/** People see in the state what stopped the partition and what is being archived; programs have columns for both. */
function stateText(row: ProgressRow): string {
  const { fault, openIntent } = row;
  const code = fault === undefined ? '' : ` (${fault})`;
  const writing = openIntent === undefined ? '' : `, writing ${openIntent.startOffset} to ${openIntent.endOffset}`;
  return `${stateOf(row)}${code}${writing}`;
}

function workerText(row: ProgressRow): string {
  const { owner, notedAtMs } = row;
  if (owner === undefined) return '-';
  return isAttended(row) ? owner : `${owner}, last seen ${instantText(notedAtMs)}`;
}

function watermarkText(partitions: readonly PartitionProgress[]): string {
  const watermarks = partitions.flatMap(({ isIdle, watermarkMs }) => (isIdle ? [] : (watermarkMs ?? [])));
  return watermarks.length === 0 ? 'none' : instantText(Math.min(...watermarks));
}

function faultText({ partition, code, message, sinceMs }: NotedFault): string {
  return `partition ${partition} stands still since ${instantText(sinceMs)}: ${code}: ${message}`;
}

/** The line about dead letters. All records are refused if no partition has an event time. */
function refusedLines(
  partitions: readonly PartitionProgress[],
  refused: ReadonlyMap<string, number>,
): readonly string[] {
  const records = [...refused.values()].reduce((sum, each) => sum + each, 0);
  if (records === 0) return [];
  const isAll = partitions.every(({ greatestEventTimeMs }) => greatestEventTimeMs === undefined);
  const all = isAll ? `: every record is refused, none was an event: ${refusedAdvice(refused)}` : '';
  return [`${records} records are dead letters (${reasonsText(refused)})${all}`];
}

/**
 * The lag of the totals. It is unknown, rather than 0, for a partition whose end offset no worker has read recently.
 */
function lagText(partitions: readonly PartitionProgress[]): string {
  const lag = partitions.reduce((sum, each) => sum + (each.lag.totals ?? 0), 0);
  const unknown = partitions.filter((each) => !isAttended(each)).map(({ partition }) => partition);
  if (unknown.length === 0) return `${lag} records behind`;
  const known = unknown.length === partitions.length ? '' : `${lag} records behind on the others; `;
  return `${known}lag of partitions ${unknown.join(', ')} unknown, their ends have not been read for 30 s`;
}
