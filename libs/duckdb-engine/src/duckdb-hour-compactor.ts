import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CompactedFacts,
  type CompactedFile,
  type CompactedHour,
  compactionMetadata,
  type HourCompactor,
  hourInUs,
  type ManifestFile,
  type SourceFacts,
} from '@antenna/hourly-batch';
import { DuckDbSession, literalPath, withTemporaryFolder } from './duckdb-session.ts';
import { FetchedFiles, type FetchOptions, fetchPaths } from './local-files.ts';
import { unreadableFile } from './query-files.ts';
import { COMPACTED_FACTS, compactFiles, SOURCE_FACTS } from './sql/compaction.sql.ts';

/** Compacts the files of an hour with DuckDB in this process; DuckDB spills to disk beyond its memory limit. */
export class DuckDbHourCompactor implements HourCompactor {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  compact<T>(
    version: CompactedHour,
    files: readonly ManifestFile[],
    use: (file: CompactedFile) => Promise<T>,
  ): Promise<T> {
    const paths = files.map(({ path }) => path);
    return withTemporaryFolder(async (temporaryFolder) => {
      const fetched = new FetchedFiles(paths, await fetchPaths(this.#options, paths, temporaryFolder));
      const target = join(temporaryFolder, 'compacted.parquet');
      const limits = this.#options.limits ?? {};
      const compacted = await DuckDbSession.using({ temporaryFolder, limits }, (session) =>
        compactTo(target, session, fetched, version),
      );
      return use(compacted);
    });
  }
}

async function compactTo(
  target: string,
  session: DuckDbSession,
  files: FetchedFiles,
  version: CompactedHour,
): Promise<CompactedFile> {
  try {
    const sources = await session.all<SourceRow>(SOURCE_FACTS, files.localPaths);
    const paths = files.localPaths.map(literalPath);
    await session.run(compactFiles({ files: paths, target, metadata: compactionMetadata(version) }));
    const compacted = await session.all<CompactedRow>(COMPACTED_FACTS, [target], { ...hourInUs(version.hourMs) });
    return {
      localPath: target,
      sizeBytes: (await stat(target)).size,
      sources: sources.map((row) => sourceFacts(row, files)),
      compacted: compacted.map(compactedFacts),
    };
  } catch (error) {
    throw await unreadableFile(session, files, error);
  }
}

interface CompactedRow {
  /** Null in rows without a Kafka partition. */
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

function compactedFacts(row: CompactedRow): CompactedFacts {
  return {
    partition: Number(row.partition ?? NaN),
    rows: Number(row.row_count),
    offsets: Number(row.offset_count),
    eventBytes: row.event_bytes,
    digest: row.digest,
    ofOtherHours: Number(row.of_other_hours),
  };
}
