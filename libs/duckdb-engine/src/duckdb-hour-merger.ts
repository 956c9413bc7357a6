import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hourInUs,
  type HourMerger,
  type HourVersion,
  type ManifestFile,
  type MergedFacts,
  type MergedFile,
  type SourceFacts,
  versionMetadata,
} from '@antenna/hourly-batch';
import { DuckDbSession, literalPath } from './duckdb-session.ts';
import { fetchPaths, type FetchOptions } from './fetch-paths.ts';
import { unreadableFile } from './find-faults.ts';
import { FetchedFiles } from './local-files.ts';
import { MERGED_FACTS, mergeFiles, SOURCE_FACTS } from './sql/merge.sql.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** Merges the files of an hour with DuckDB, inside this process; what does not fit its memory goes to the disk. */
export class DuckDbHourMerger implements HourMerger {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  merge<T>(version: HourVersion, files: readonly ManifestFile[], use: (file: MergedFile) => Promise<T>): Promise<T> {
    const paths = files.map(({ path }) => path);
    return withTemporaryFolder(async (temporaryFolder) => {
      const fetched = new FetchedFiles(paths, await fetchPaths(this.#options, paths, temporaryFolder));
      const target = join(temporaryFolder, 'merged.parquet');
      const limits = this.#options.limits ?? {};
      const merged = await DuckDbSession.using({ temporaryFolder, limits }, (session) =>
        mergeTo(target, session, fetched, version),
      );
      return use(merged);
    });
  }
}

async function mergeTo(
  target: string,
  session: DuckDbSession,
  files: FetchedFiles,
  version: HourVersion,
): Promise<MergedFile> {
  try {
    const sources = await session.all<SourceRow>(SOURCE_FACTS, files.localPaths);
    const paths = files.localPaths.map(literalPath);
    await session.run(mergeFiles({ files: paths, target, metadata: versionMetadata(version) }));
    const merged = await session.all<MergedRow>(MERGED_FACTS, [target], { ...hourInUs(version.hourMs) });
    return {
      localPath: target,
      sizeBytes: (await stat(target)).size,
      sources: sources.map((row) => sourceFacts(row, files)),
      merged: merged.map(mergedFacts),
    };
  } catch (error) {
    throw await unreadableFile(session, files, error);
  }
}

interface MergedRow {
  /** Null in a row that does not tell where it comes from. */
  readonly partition: bigint | null;
  readonly row_count: bigint;
  readonly offset_count: bigint;
  readonly event_bytes: bigint;
  readonly digest: bigint;
  readonly of_other_hours: bigint;
}

interface SourceRow {
  readonly filename: string;
  readonly partition: bigint | null;
  readonly row_count: bigint;
  readonly event_bytes: bigint;
  readonly first_offset: bigint | null;
  readonly last_offset: bigint | null;
  readonly digest: bigint;
}

function sourceFacts(row: SourceRow, files: FetchedFiles): SourceFacts {
  return {
    path: files.pathOf(row.filename),
    partition: Number(row.partition ?? NaN),
    rows: Number(row.row_count),
    eventBytes: row.event_bytes,
    firstOffset: Number(row.first_offset ?? NaN),
    lastOffset: Number(row.last_offset ?? NaN),
    digest: row.digest,
  };
}

function mergedFacts(row: MergedRow): MergedFacts {
  return {
    partition: Number(row.partition ?? NaN),
    rows: Number(row.row_count),
    offsets: Number(row.offset_count),
    eventBytes: row.event_bytes,
    digest: row.digest,
    ofOtherHours: Number(row.of_other_hours),
  };
}
