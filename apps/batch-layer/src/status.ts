import { finality, type Finality, type HourStatus, type HourStatuses, hourText, isDirty } from '@antenna/hourly-batch';
import { databaseSettings, finalitySettings, instantText, loggedCommand, numberText, textTable } from '@antenna/cli';
import { obstacleText } from './error-guides.ts';
import { lackRemarks } from './finality-text.ts';
import { withHourStore } from './open-store.ts';

/** Lists the hours that were counted, archived or computed. */
export const status = loggedCommand({
  name: 'status',
  description: 'lists the hours: whether they are final, and why not, whether they changed since they were computed',
  settings: { finality: finalitySettings, database: databaseSettings },
  async run({ finality: { allowedLatenessMs }, database }, { log, out }) {
    await withHourStore(database, { archiveUrl: undefined, log }, async (store) => {
      out(`${statusText(await store.statuses(), allowedLatenessMs)}\n`);
    });
  },
});

/** @param allowedLatenessMs how long after its end an hour may still become final. */
function statusText({ hours, partitions, nowMs }: HourStatuses, allowedLatenessMs: number): string {
  if (hours.length === 0) return 'no hour was counted, archived or computed yet';
  const stream = { nowMs, partitions, allowedLatenessMs };
  const rows = hours.map((hour) => [...cells(hour), finalCell(hour, finality(hour, stream))]);
  return `${textTable(HEAD, rows)}\nhours: ${hours.length}, dirty: ${hours.filter(isDirty).length}`;
}

const HEAD = ['hour', 'dirty', 'files', 'events', 'last run', 'it read', 'it was final', 'final'];

function cells(hour: HourStatus): string[] {
  const { hourMs, files, events, lastRun } = hour;
  return [
    hourText(hourMs),
    isDirty(hour) ? 'dirty' : 'no',
    numberText(files),
    numberText(events),
    ...(lastRun === undefined
      ? ['never', '', '']
      : [instantText(lastRun.finishedAtMs), `${numberText(lastRun.events)} events`, lastRun.wasFinal ? 'yes' : 'no']),
  ];
}

/** The finality of an hour, with its lost records and its late events, which a final hour can have too. */
function finalCell(hour: HourStatus, hourFinality: Finality): string {
  const verdict = hourFinality.isFinal ? 'final' : `no: ${obstacleText(hourFinality)}`;
  return [verdict, ...lackRemarks(hour)].join('; ');
}
