import type { ArchiveReader } from '@antenna/event-archive';
import type { HourEngine, HourFolder, HourPorts, HourStore } from '@antenna/hourly-batch';
import type { Progress } from '@antenna/cli';
import type { EngineChoice } from './engine-settings.ts';

/** How many files of a bucket are downloaded at the same time. */
export const FETCHED_AT_A_TIME = 8;

interface HourParts {
  readonly store: HourStore;
  readonly archive: ArchiveReader;
  readonly archiveUrl: string;
  readonly engine: EngineChoice;
}

/** The ports of the hour computation; their slow steps show on the progress bar. */
export async function hourPorts(parts: HourParts, progress: Progress): Promise<HourPorts> {
  const { store, archive } = parts;
  const engine = await engineOf(parts, progress);
  const folder: HourFolder = {
    list: (hourMs) => archive.listHour(hourMs),
    checkForeignLayout: (hourMs) => archive.checkForeignLayout(hourMs),
  };
  return { store: watched(store, progress), engine, folder };
}

/** Imports only the engine that is selected. */
async function engineOf({ archive, archiveUrl, engine }: HourParts, progress: Progress): Promise<HourEngine> {
  if (engine.kind === 'duckdb') {
    const { DuckDbHourEngine } = await import('@antenna/duckdb-engine');
    return new DuckDbHourEngine({
      files: { fetch: (paths, folder) => archive.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
      onFetched: (done, total) => {
        progress.step(done < total ? `fetched ${done} of ${total} files` : `adding up ${total} files`);
      },
    });
  }
  const { SparkHourEngine } = await import('@antenna/spark-engine');
  progress.step('adding up with Spark');
  return new SparkHourEngine({ endpoint: engine.endpoint, archiveUrl });
}

function watched(store: HourStore, progress: Progress): HourStore {
  return {
    readManifest: (hourMs) => store.readManifest(hourMs),
    statuses: (selection) => store.statuses(selection),
    preview: (hourMs, totals) => store.preview(hourMs, totals),
    commit: (result) => {
      progress.step(`writing ${result.rows.length} rows`);
      return store.commit(result);
    },
  };
}
