import { dueHours, type HourOptions, type HourPorts, hoursBetween, hourText, runHours } from '@antenna/hourly-batch';
import {
  finalitySettings,
  knownFailure,
  loggedCommand,
  type Progress,
  setting,
  settingsGroup,
  showProgress,
  yesOrNo,
} from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import type { Logger } from '@antenna/telemetry';
import { databaseSettings, type PostgresHourStore } from '@antenna/usage-store';
import { engineSettings } from './engine-settings.ts';
import { errorGuides } from './error-guides.ts';
import { hourPorts } from './hour-ports.ts';
import { hourReport, type HourReport, reportText } from './hour-report.ts';
import { hourSelection } from './hour-selection.ts';
import { refuseFailures, refuseOnlyHour } from './hours-failed-error.ts';
import { openArchive } from './open-archive.ts';
import { withStores } from './open-store.ts';
import { retainIfDue } from './retain.ts';
import { retentionSettings } from './retention-settings.ts';

/** Options of a run: whether hours must be final, and whether it writes. */
const modeSettings = settingsGroup({
  title: 'Mode',
  fields: {
    requireFinal: setting({
      name: 'require-final',
      description: 'refuse hours that are not final, with exit code 3',
      type: yesOrNo,
      default: 'false',
    }),
    dryRun: setting({
      name: 'dry-run',
      description: 'show what would be written, and write nothing',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

/** Computes hours from the archive. */
export const run = loggedCommand({
  name: 'run',
  description: 'computes hours from the archive into bytes_hourly and user_quota_limit',
  settings: {
    hours: hourSelection('the previous hour and every one that changed, or became final, since it was computed'),
    mode: modeSettings,
    engine: engineSettings,
    finality: finalitySettings,
    retention: retentionSettings,
    archive: archiveSettings,
    database: databaseSettings,
  },
  async run({ hours: selected, mode, engine, finality, retention, archive: archived, database }, { log, out }) {
    await withStores(database, { archiveUrl: archived.url, log }, async ({ hours: store, retention: retained }) => {
      const archive = await openArchive(archived, { log });
      const hours =
        selected === 'due'
          ? dueHours(await store.statuses({ newest: 0 }), { ...mode, ...finality })
          : hoursBetween(selected);
      const progress = showProgress(hours.length, 'hours');
      const ports = await hourPorts({ store, archive, archiveUrl: archived.url, engine }, progress);
      const reports = await reported(ports, hours, { ...mode, ...finality }, progress);
      refuseOnlyHour(reports);
      logUnforeseen(reports, log);
      out(`${reportText(reports)}\n`);
      if (!mode.dryRun) await sumDays(store, log);
      if (!mode.dryRun && selected === 'due') {
        await retainIfDue(retained, retention, log);
        await makePartitions(store, log);
      }
      refuseFailures(reports);
    });
  },
});

/** Without it the views add up the days from their hours: they cost more to read, and show the same. */
async function sumDays(store: Pick<PostgresHourStore, 'sumDays'>, log: Logger): Promise<void> {
  try {
    const days = await store.sumDays();
    if (days > 0) log.info('stored the sums of finished days', { days });
  } catch (error) {
    log.warn('could not store the sums of finished days', { error });
  }
}

/** Creates missing partitions. A failure does no harm: they are created three months ahead, and the next run tries again. */
async function makePartitions(store: Pick<PostgresHourStore, 'makePartitions'>, log: Logger): Promise<void> {
  try {
    const { made, kept } = await store.makePartitions();
    if (made.length > 0) log.info('made the partitions of coming months', { made });
    if (kept.length > 0)
      log.warn('partitions are missing: the default partition is too large to make them beside commits', {
        missing: kept,
        next: 'run the provisioner',
      });
  } catch (error) {
    log.warn('could not make the partitions of coming months; the next run tries again', { error });
  }
}

async function reported(
  ports: HourPorts,
  hours: readonly number[],
  options: HourOptions,
  progress: Progress,
): Promise<readonly HourReport[]> {
  const reports: HourReport[] = [];
  try {
    for await (const outcome of runHours(ports, hours, options)) {
      reports.push(hourReport(outcome));
      progress.advance();
    }
  } finally {
    progress.stop();
  }
  return reports;
}

/** Logs failures without a known code: the report shows one line of each, and a bug needs its stack trace. */
function logUnforeseen(reports: readonly HourReport[], log: Logger): void {
  for (const { hourMs, failure } of reports) {
    if (failure === undefined || knownFailure(failure.error, errorGuides) !== undefined) continue;
    log.error('an hour failed for a reason that was not foreseen', { hour: hourText(hourMs), error: failure.error });
  }
}
