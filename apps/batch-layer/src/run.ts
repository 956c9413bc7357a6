import { DuckDbHourEngine } from '@antenna/hour-engine';
import { dueHours, type HourPorts, hoursBetween, type HourOptions, hourText, runHours } from '@antenna/hourly-batch';
import {
  archiveSettings,
  type Command,
  command,
  databaseSettings,
  finalitySettings,
  logSettings,
} from '@antenna/settings';
import type { Write } from './write.ts';
import { createLogger, type Logger } from '@antenna/telemetry';
import { hourReport, type HourReport, reportText } from './hour-report.ts';
import { hourSelectionSettings } from './hour-selection.ts';
import { refuseFailures, refuseOnlyHour } from './hours-failed-error.ts';
import { modeSettings } from './mode-settings.ts';
import { openArchive } from './open-archive.ts';
import { withHourStore } from './open-store.ts';
import { type Progress, showProgress, watched } from './progress.ts';

/** Files of a bucket that are copied at the same time. */
const FETCHED_AT_A_TIME = 8;

/** Computes hours from the archive. */
export const run = (write: Write): Command =>
  command({
    name: 'run',
    description: 'computes hours from the archive into bytes_hourly and user_quota_limit',
    settings: {
      hours: hourSelectionSettings,
      mode: modeSettings,
      finality: finalitySettings,
      archive: archiveSettings,
      database: databaseSettings,
      log: logSettings,
    },
    async run({ hours: selected, mode, finality, archive: archived, database, log: logging }, { secrets }) {
      const log = createLogger({ ...logging, name: 'batch-layer', secrets });
      await withHourStore(database, { archiveUrl: archived.url, log }, async (store) => {
        const archive = await openArchive(archived, { log });
        const hours = selected === 'due' ? dueHours(await store.statuses(), mode) : hoursBetween(selected);
        const progress = showProgress(hours.length, 'hours');
        const engine = new DuckDbHourEngine({
          files: { fetch: (paths, folder) => archive.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
          onFetched: (done, total) => {
            progress.step(`fetched ${done} of ${total} files`);
          },
        });
        const ports = watched({ store, engine, folder: { list: (hourMs) => archive.listHour(hourMs) } }, progress);
        const reports = await reported(ports, hours, { ...mode, ...finality }, { progress, log });
        refuseOnlyHour(reports);
        write(`${reportText(reports)}\n`);
        refuseFailures(reports);
      });
    },
  });

async function reported(
  ports: HourPorts,
  hours: readonly number[],
  options: HourOptions,
  { progress, log }: { readonly progress: Progress; readonly log: Logger },
): Promise<readonly HourReport[]> {
  const reports: HourReport[] = [];
  try {
    for await (const outcome of runHours(ports, hours, options)) {
      reports.push(hourReport(outcome));
      progress.advance();
      if (outcome.ok) log.debug('an hour is done', { hour: hourText(outcome.hourMs), outcome: outcome.result.outcome });
      else log.debug('an hour failed', { hour: hourText(outcome.hourMs), error: outcome.error });
    }
  } finally {
    progress.stop();
  }
  return reports;
}
