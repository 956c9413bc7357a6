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
import { COMPACTED_FACTS, copySlice, joinFiles, KEEP_ORDER, SLICE_STARTS, SOURCE_FACTS } from './sql/compaction.sql.ts';

interface CompactorOptions extends FetchOptions {
  /** Events that are sorted at a time. */
  readonly sliceRows?: number;
}

/** Sorting 50 million events at a time took more than 5.5 GiB of temporary files (docs/operations.md, "Size"). */
const SLICE_ROWS = 10_000_000;

/**
 * Compacts the files of an hour with DuckDB in this process; DuckDB spills to disk beyond its memory limit. Ranges of
 * ids are sorted one after the other, so that the temporary files do not grow with the hour.
 */
export class DuckDbHourCompactor implements HourCompactor {
  readonly #options: CompactorOptions;

  constructor(options: CompactorOptions) {
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
      const { limits = {}, sliceRows = SLICE_ROWS } = this.#options;
      const compacted = await DuckDbSession.using({ temporaryFolder, limits }, (session) =>
        compactTo(temporaryFolder, session, { fetched, version, sliceRows }),
      );
      return use(compacted);
    });
  }
}

interface Compaction {
  readonly fetched: FetchedFiles;
  readonly version: CompactedHour;
  readonly sliceRows: number;
}

async function compactTo(
  folder: string,
  session: DuckDbSession,
  { fetched: files, version, sliceRows }: Compaction,
): Promise<CompactedFile> {
  const target = join(folder, 'compacted.parquet');
  try {
    const sources = await session.all<SourceRow>(SOURCE_FACTS, files.localPaths);
    const slices = await writeSlices(folder, session, files, sliceRows);
    await session.run(KEEP_ORDER);
    await session.run(joinFiles({ files: slices, target }, compactionMetadata(version)));
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

/** Writes a sorted file for each slice, in the order of their ids. @returns patterns that match one file each. */
async function writeSlices(
  folder: string,
  session: DuckDbSession,
  { localPaths }: FetchedFiles,
  sliceRows: number,
): Promise<readonly string[]> {
  const found = await session.all<{ readonly id: string }>(SLICE_STARTS, localPaths, { rows: sliceRows });
  const starts = found.map(({ id }) => id);
  const files = localPaths.map(literalPath);
  const slices: string[] = [];
  for (const [index, from] of [undefined, ...starts].entries()) {
    const target = join(folder, `slice-${index}.parquet`);
    await session.run(copySlice({ files, target }, { from, to: starts[index] }));
    slices.push(literalPath(target));
  }
  return slices;
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
