import {
  ArchiveContentError,
  type EventFinder,
  type EventGroup,
  type FoundEvent,
  type ListedFile,
  type TotalKey,
} from '@antenna/hourly-batch';
import type { DuckDBValue } from '@duckdb/node-api';
import { checkColumns, type SchemaNode } from './check-columns.ts';
import { DuckDbSession, withTemporaryFolder } from './duckdb-session.ts';
import { unreadableFile } from './find-faults.ts';
import { FetchedFiles, fetchPaths, type FetchOptions } from './local-files.ts';
import { eventGroups, firstEvents } from './sql/events.sql.ts';
import { SCHEMAS } from './sql/hour.sql.ts';

/** Finds the events of a total with DuckDB in this process. Files are read literally, as by the hour engine. */
export class DuckDbEventFinder implements EventFinder {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  async groups(key: TotalKey, files: readonly ListedFile[]): Promise<readonly EventGroup[]> {
    return this.#read(key, files, async (query) =>
      (await query<GroupRow>(eventGroups, {})).map(([path, row]) => ({
        path,
        windowMs: Number(row.window_ms),
        events: Number(row.events),
        bytes: row.bytes,
        offsets:
          row.partition === null
            ? undefined
            : { partition: Number(row.partition), first: Number(row.first_offset), last: Number(row.last_offset) },
      })),
    );
  }

  async events(key: TotalKey, files: readonly ListedFile[], most: number): Promise<readonly FoundEvent[]> {
    return this.#read(key, files, async (query) =>
      (await query<EventRow>(firstEvents, { most: BigInt(most) })).map(([path, row]) => ({
        ...{ path, timeUs: row.time_us, user: row.id, antenna: row.antenna_id, app: row.app, bytes: row.bytes },
        offset: row.partition === null ? undefined : { partition: Number(row.partition), offset: Number(row.offset) },
      })),
    );
  }

  #read<T>(key: TotalKey, files: readonly ListedFile[], work: (query: Query) => Promise<T>): Promise<T> {
    const paths = files.map(({ path }) => path);
    return withTemporaryFolder(async (temporaryFolder) => {
      const fetched = new FetchedFiles(paths, await fetchPaths(this.#options, paths, temporaryFolder));
      const limits = this.#options.limits ?? {};
      return DuckDbSession.using({ temporaryFolder, limits }, async (session) => {
        try {
          return await work(await queryOf(session, fetched, key));
        } catch (error) {
          throw error instanceof ArchiveContentError ? error : await unreadableFile(session, fetched, error);
        }
      });
    });
  }
}

/** Runs a query over the files. @returns each row with the path of its file. */
type Query = <Row extends { readonly filename: string }>(
  statement: typeof eventGroups,
  values: Readonly<Record<string, DuckDBValue>>,
) => Promise<readonly (readonly [path: string, row: Row])[]>;

async function queryOf(session: DuckDbSession, files: FetchedFiles, { hourMs, type, id }: TotalKey): Promise<Query> {
  const { haveOffsets } = checkColumns(await session.all<SchemaNode>(SCHEMAS, files.localPaths), files, hourMs);
  return async <Row extends { readonly filename: string }>(
    statement: typeof eventGroups,
    values: Readonly<Record<string, DuckDBValue>>,
  ) => {
    const rows = await session.all<Row>(statement(type, haveOffsets), files.localPaths, { ...values, id });
    return rows.map((row) => [files.pathOf(row.filename), row] as const);
  };
}

interface GroupRow {
  readonly filename: string;
  readonly window_ms: bigint;
  readonly partition: bigint | null;
  readonly events: bigint;
  readonly bytes: bigint;
  readonly first_offset: bigint | null;
  readonly last_offset: bigint | null;
}

interface EventRow {
  readonly filename: string;
  readonly time_us: bigint;
  readonly id: string;
  readonly antenna_id: string;
  readonly app: string;
  readonly bytes: bigint;
  readonly partition: bigint | null;
  readonly offset: bigint | null;
}
