import { finality, type HourStatus, type HourStatuses, hourText, isDirty } from '@antenna/hourly-batch';
import {
  countColumn,
  type DatabaseConnection,
  databaseSettings,
  finalitySettings,
  formatReport,
  instantColumn,
  instantText,
  loggedCommand,
  outputSettings,
  type Report,
  type ReportColumns,
  showReport,
  watchSettings,
} from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { obstacleText } from './error-guides.ts';
import { lackRemarks } from './finality-text.ts';
import { withHourStore } from './open-store.ts';

/** Lists the hours that were counted, archived or computed. */
export const status = loggedCommand({
  name: 'status',
  description: 'lists the hours: whether they are final, and why not, whether they changed since they were computed',
  settings: { output: outputSettings, watch: watchSettings, finality: finalitySettings, database: databaseSettings },
  async run({ output, watch, finality: { allowedLatenessMs }, database }, { log, out }) {
    const read = async () => formatReport(await readHours(database, { allowedLatenessMs, log }), output);
    await showReport(read, watch, { out, isTerminal: process.stdout.isTTY });
  },
});

/** Reads the state of all hours. @param allowedLatenessMs how long after its end an hour may still become final. */
export async function readHours(
  connection: DatabaseConnection,
  { allowedLatenessMs, log }: { readonly allowedLatenessMs: number; readonly log: Logger },
): Promise<Report<HourRow>> {
  const options = { archiveUrl: undefined, log };
  const statuses = await withHourStore(connection, options, (store) => store.statuses());
  return hoursReport(statuses, allowedLatenessMs);
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
};

const LEGEND = [
  'dirty: the archive of the hour has changed since the last run: run batch-layer:run --due; events read, was final:',
  'by the last run, whose result is in the tables; final: all that arrived in time for the hour is in the archive.',
];

function hoursReport({ hours, partitions, nowMs }: HourStatuses, allowedLatenessMs: number): Report<HourRow> {
  const stream = { nowMs, partitions, allowedLatenessMs };
  const rows = hours.map((hour) => {
    const hourFinality = finality(hour, stream);
    return { ...hour, obstacle: hourFinality.isFinal ? undefined : obstacleText(hourFinality) };
  });
  const sums = `hours: ${hours.length}, dirty: ${hours.filter(isDirty).length}`;
  return {
    columns,
    rows,
    below: hours.length === 0 ? [] : [sums, ...LEGEND],
    empty: 'no hour was counted, archived or computed yet',
  };
}

/** The finality of an hour, with its lost records and its late events, which a final hour can have too. */
function finalCell(hour: HourRow): string {
  return [hour.obstacle === undefined ? 'final' : `no: ${hour.obstacle}`, ...lackRemarks(hour)].join('; ');
}

function yesNo(is: boolean | undefined): string {
  return is === undefined ? '-' : is ? 'yes' : 'no';
}
