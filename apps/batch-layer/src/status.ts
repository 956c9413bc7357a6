import {
  finality,
  type HourRange,
  type HourStatus,
  type HourStatuses,
  hourText,
  isDirty,
  type UnsettledHours,
} from '@antenna/hourly-batch';
import {
  countColumn,
  finalitySettings,
  formatReport,
  instantColumn,
  instantText,
  loggedCommand,
  numberText,
  outputSettings,
  type Report,
  type ReportColumns,
  showReport,
  watchSettings,
} from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { type DatabaseConnection, databaseSettings } from '@antenna/usage-store';
import { obstacleText } from './error-guides.ts';
import { lackRemarks } from './hour-report.ts';
import { DEFAULT_HOURS, listedHours } from './hour-selection.ts';
import { withHourStore } from './open-store.ts';

/** Lists the hours that need attention and the newest, or all that were counted, archived or computed. */
export const status = loggedCommand({
  name: 'status',
  description: 'lists the hours: whether they are final, and why not, whether they changed since they were computed',
  settings: {
    hours: listedHours,
    output: outputSettings,
    watch: watchSettings,
    finality: finalitySettings,
    database: databaseSettings,
  },
  async run({ hours, output, watch, finality: { allowedLatenessMs }, database }, { log, out }) {
    const read = async () => formatReport(await readHours(database, { hours, allowedLatenessMs, log }), output);
    await showReport(read, watch, { out, isTerminal: process.stdout.isTTY });
  },
});

export interface ListedHours {
  /** DEFAULT_HOURS unless given. */
  readonly hours?: HourRange | UnsettledHours | 'all';
  /** How long after its end an hour may still become final. */
  readonly allowedLatenessMs: number;
  readonly log: Logger;
}

/** Reads the state of hours. */
export async function readHours(
  connection: DatabaseConnection,
  { hours = DEFAULT_HOURS, allowedLatenessMs, log }: ListedHours,
): Promise<Report<HourRow>> {
  const selection = hours === 'all' ? undefined : hours;
  const options = { archiveUrl: undefined, log };
  const statuses = await withHourStore(connection, options, (store) => store.statuses(selection));
  const report = hoursReport(statuses, allowedLatenessMs);
  const isPart = selection !== undefined && 'newest' in selection && report.rows.length > 0;
  return isPart ? { ...report, below: [...report.below, OTHERS] } : report;
}

/** An hour, and why it is not final: undefined for a final one. */
export interface HourRow extends HourStatus {
  readonly obstacle: string | undefined;
}

const columns: ReportColumns<HourRow> = {
  hour: { value: ({ hourMs }) => hourText(hourMs), cell: ({ hourMs }) => hourText(hourMs) },
  dirty: { value: isDirty, cell: (hour) => (isDirty(hour) ? 'dirty' : 'no') },
  files: countColumn(({ files }) => files),
  events: countColumn(({ events }) => events),
  last_run: {
    ...instantColumn<HourRow>(({ lastRun }) => lastRun?.finishedAtMs),
    cell: ({ lastRun }) => (lastRun === undefined ? 'never' : instantText(lastRun.finishedAtMs)),
  },
  events_read: countColumn(({ lastRun }) => lastRun?.events),
  was_final: { value: ({ lastRun }) => lastRun?.wasFinal, cell: ({ lastRun }) => yesNo(lastRun?.wasFinal) },
  final: { value: ({ obstacle }) => obstacle === undefined, cell: finalCell },
  not_final_because: { value: ({ obstacle }) => obstacle },
  lost_records: { value: ({ lackingRecords }) => lackingRecords },
  late_events: { value: ({ lateEvents }) => lateEvents },
  unexplained_bytes: { value: ({ unexplainedBytes }) => unexplainedBytes },
  below_floor: { value: ({ isBelowFloor }) => isBelowFloor },
  file_problems: { value: ({ fileProblems }) => fileProblems },
};

const OTHERS =
  'hours that are final and unchanged are listed only if they are among the newest; --all lists every hour';

const LEGEND = [
  'dirty: the archive of the hour has changed since the last run: run batch-layer:run --due; events read, was final:',
  'by the last run, whose result is in the tables; final: all that arrived in time for the hour is in the archive.',
];

function hoursReport({ hours, partitions, nowMs, floors }: HourStatuses, allowedLatenessMs: number) {
  const stream = { nowMs, partitions, allowedLatenessMs };
  const rows = hours.map((hour) => {
    const hourFinality = finality(hour, stream);
    return { ...hour, obstacle: hourFinality.isFinal ? undefined : obstacleText(hourFinality) };
  });
  const sums = `hours: ${hours.length}, dirty: ${hours.filter(isDirty).length}`;
  return {
    columns,
    rows,
    below: hours.length === 0 ? [] : [sums, ...LEGEND, ...floorTexts(floors)],
    empty: 'no hour was counted, archived or computed yet',
  } satisfies Report<HourRow>;
}

/** The finality of an hour, with its lost records and its late events, which a final hour can have too. */
function finalCell(hour: HourRow): string {
  const verdict = hour.obstacle === undefined ? 'final' : `no: ${hour.obstacle}`;
  const removed = hour.isBelowFloor ? ['below the retention floor: not computed again'] : [];
  return [verdict, ...removed, ...lackRemarks(hour), ...reconciliationRemarks(hour)].join('; ');
}

/** What retention removes; empty while it has removed nothing. */
function floorTexts({ windowsMs, hoursMs }: HourStatuses['floors']): readonly string[] {
  const texts = [
    ...(windowsMs === undefined ? [] : [`windows before ${hourText(windowsMs)}`]),
    ...(hoursMs === undefined ? [] : [`results of hours before ${hourText(hoursMs)}`]),
  ];
  return texts.length === 0 ? [] : [`retention removes ${texts.join(' and ')}; batch-layer:retain says more`];
}

function reconciliationRemarks({ unexplainedBytes, fileProblems }: HourRow): readonly string[] {
  return [
    ...(unexplainedBytes === 0n ? [] : [`${numberText(unexplainedBytes)} bytes differ without a cause: run reconcile`]),
    ...(fileProblems === 0 ? [] : [`${numberText(fileProblems)} files contradict the manifest: run reconcile`]),
  ];
}

function yesNo(is: boolean | undefined): string {
  return is === undefined ? '-' : is ? 'yes' : 'no';
}
