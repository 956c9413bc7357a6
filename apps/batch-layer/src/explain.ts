import { explainTotal, isUnknown } from '@antenna/hourly-batch';
import { formatReport, loggedCommand, outputSettings } from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { databaseSettings } from '@antenna/usage-store';
import { explainedSettings } from './explained-settings.ts';
import { eventsReport, explanationReport, refuseUnknown } from './explanation-report.ts';
import { FETCHED_AT_A_TIME } from './hour-ports.ts';
import { openArchive } from './open-archive.ts';
import { withStores } from './open-store.ts';

/** Shows from what one number came. */
export const explain = loggedCommand({
  name: 'explain',
  description: 'shows from what the bytes of one user, app or antenna in an hour came: windows, runs, records, events',
  settings: {
    explained: explainedSettings,
    output: outputSettings,
    archive: archiveSettings,
    database: databaseSettings,
  },
  async run({ explained: { key, events, mostEvents }, output, archive: archived, database }, { log, out }) {
    await withStores(database, { archiveUrl: archived.url, log }, async ({ hours: store, explanations }) => {
      const archive = await openArchive(archived, { log });
      const { DuckDbEventFinder } = await import('@antenna/duckdb-engine');
      const finder = new DuckDbEventFinder({
        files: { fetch: (paths, folder) => archive.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
      });
      const folder = { list: (hourMs: number) => archive.listHour(hourMs) };
      const explanation = await explainTotal({ explanations, store, folder, finder }, key, events ? mostEvents : 0);
      if (isUnknown(explanation)) refuseUnknown(explanation);
      out(
        events ? formatReport(eventsReport(explanation), output) : formatReport(explanationReport(explanation), output),
      );
    });
  },
});
