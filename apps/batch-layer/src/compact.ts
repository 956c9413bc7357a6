import { archiveSettings, openAnalytics } from '@antenna/event-archive';
import {
  type AnalyticsRoot,
  compactHour,
  type CompactedTopic,
  hoursBetween,
  hoursToCompact,
  hourText,
  type StoredCompaction,
  unknownCompactions,
  UnknownCompactionError,
} from '@antenna/hourly-batch';
import { finalitySettings, loggedCommand, numberText, type Progress, showProgress, textTable } from '@antenna/cli';
import { databaseSettings, type PostgresHourStore } from '@antenna/usage-store';
import { analyticsSettings, refuseSharedRoot } from './analytics-settings.ts';
import { FETCHED_AT_A_TIME } from './hour-ports.ts';
import { hourSelection } from './hour-selection.ts';
import { type EndedHour, refuseFailures, refuseOnlyHour } from './hours-failed-error.ts';
import { openArchive } from './open-archive.ts';
import { withHourStore } from './open-store.ts';
import { failureText } from './error-guides.ts';

/** Compacts the small files of final hours into a second root. */
export const compact = loggedCommand({
  name: 'compact',
  description: 'compacts the files of final hours into one for each hour, in a second root for analysts',
  settings: {
    hours: hourSelection('every final hour whose compacted file is missing or older than the archive'),
    finality: finalitySettings,
    archive: archiveSettings,
    analytics: analyticsSettings,
    database: databaseSettings,
  },
  async run({ hours: selected, finality, archive: archived, analytics: place, database }, { log, out }) {
    refuseSharedRoot(place, archived.location);
    await withHourStore(database, { archiveUrl: archived.url, log }, async (store) => {
      const archive = await openArchive(archived, { log });
      const analytics = await openAnalytics(place, { emulatorUrl: archived.emulatorUrl });
      // Imported here, so that commands which do not compact need not load it.
      const { DuckDbHourCompactor } = await import('@antenna/duckdb-engine');
      const compactor = new DuckDbHourCompactor({
        files: { fetch: (paths, folder) => archive.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
      });
      const ports = { store, folder: { list: (hourMs: number) => archive.listHour(hourMs) }, compactor, analytics };
      const options = { ...finality, archiveUrl: archived.url };
      const { hours, unknown } =
        selected === 'due'
          ? await dueHours(store, analytics, finality)
          : { hours: hoursBetween(selected), unknown: [] };
      const compacted = await each(
        hours,
        (hourMs) => compactHour(ports, hourMs, options),
        showProgress(hours.length, 'hours'),
      );
      const ended = [...compacted, ...unknown.map(asFailure)];
      refuseOnlyHour(ended);
      out(`${compactionText(ended)}\n`);
      refuseFailures(ended, 'compacted');
    });
  },
});

interface CompactedHour extends EndedHour {
  readonly topics: readonly CompactedTopic[];
}

/** The hours to compact, and the compacted files that belong to none. */
async function dueHours(
  store: PostgresHourStore,
  analytics: AnalyticsRoot,
  { allowedLatenessMs }: { readonly allowedLatenessMs: number },
) {
  const [archived, versions] = [await store.archivedHours(), await analytics.versions()];
  return {
    hours: hoursToCompact(archived, versions, allowedLatenessMs),
    unknown: unknownCompactions(archived, versions),
  };
}

function asFailure({ hourMs, topic }: StoredCompaction): CompactedHour {
  return { hourMs, topics: [], failure: { error: new UnknownCompactionError(hourMs, topic) } };
}

/** Processes the hours one after another; a failed hour does not stop the next one. */
async function each(
  hours: readonly number[],
  work: (hourMs: number) => Promise<readonly CompactedTopic[]>,
  progress: Progress,
): Promise<readonly CompactedHour[]> {
  const ended: CompactedHour[] = [];
  try {
    for (const hourMs of hours) {
      progress.step(hourText(hourMs));
      ended.push(
        await work(hourMs).then(
          (topics) => ({ hourMs, topics, failure: undefined }),
          (error: unknown) => ({ hourMs, topics: [], failure: { error } }),
        ),
      );
      progress.advance();
    }
  } finally {
    progress.stop();
  }
  return ended;
}

const HEAD = ['hour', 'topic', 'result', 'revision', 'events', 'files', 'MB'];

function compactionText(hours: readonly CompactedHour[]): string {
  if (hours.length === 0) return 'every final hour is compacted';
  const failures = hours.flatMap(({ hourMs, failure }) =>
    failure === undefined ? [] : [`${hourText(hourMs)} failed: ${failureText(failure.error)}`],
  );
  return [textTable(HEAD, hours.flatMap(rowsOf)), ...failures].join('\n');
}

function rowsOf({ hourMs, topics, failure }: CompactedHour): string[][] {
  if (topics.length === 0)
    return [[hourText(hourMs), '', failure === undefined ? 'no events' : 'failed', '', '', '', '']];
  return topics.map(({ topic, writtenBytes, revision, rows, files }) => [
    hourText(hourMs),
    topic,
    writtenBytes === undefined ? 'is current' : 'compacted',
    numberText(revision),
    numberText(rows),
    numberText(files),
    writtenBytes === undefined ? '' : (writtenBytes / 1e6).toFixed(1),
  ]);
}
