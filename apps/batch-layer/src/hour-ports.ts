import type { ArchiveReader } from '@antenna/event-archive';
import { DuckDbHourEngine } from '@antenna/hour-engine';
import type { HourPorts, HourStore } from '@antenna/hourly-batch';
import type { Progress } from './progress.ts';

/** Files of a bucket that are copied at the same time. */
const FETCHED_AT_A_TIME = 8;

/** What hours are computed with, telling of what takes its time. */
export function hourPorts(store: HourStore, archive: ArchiveReader, progress: Progress): HourPorts {
  const engine = new DuckDbHourEngine({
    files: { fetch: (paths, folder) => archive.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
    onFetched: (done, total) => {
      progress.step(done < total ? `fetched ${done} of ${total} files` : `adding up ${total} files`);
    },
  });
  return { store: watched(store, progress), engine, folder: { list: (hourMs) => archive.listHour(hourMs) } };
}

function watched(store: HourStore, progress: Progress): HourStore {
  return {
    readManifest: (hourMs) => store.readManifest(hourMs),
    statuses: (range) => store.statuses(range),
    preview: (hourMs, totals) => store.preview(hourMs, totals),
    commit: (result) => {
      progress.step(`writing ${result.rows.length} rows`);
      return store.commit(result);
    },
  };
}
