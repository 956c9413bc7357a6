import type { EventFinder, EventGroup, FoundEvent, FoundEvents, ListedFile, TotalKey } from '@antenna/hourly-batch';
import { checkColumns, type SchemaNode } from './check-columns.ts';
import type { DuckDbSession } from './duckdb-session.ts';
import type { FetchedFiles, FetchOptions } from './local-files.ts';
import { queryFiles } from './query-files.ts';
import { eventGroups, firstEvents } from './sql/events.sql.ts';
import { SCHEMAS } from './sql/hour.sql.ts';

/** Finds the events of a total with DuckDB in this process. Files are read literally, as by the hour engine. */
export class DuckDbEventFinder implements EventFinder {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  find(key: TotalKey, files: readonly ListedFile[], most: number): Promise<FoundEvents> {
    return queryFiles(this.#options, files, async (session, fetched) => {
      const groups = await groupsOf(session, fetched, key);
      if (most === 0 || groups.length === 0) return { groups, events: [] };
      const paths = new Set(groups.map(({ path }) => path));
      return { groups, events: await eventsOf(session, fetched.only(paths), key, most) };
    });
  }
}

async function groupsOf(session: DuckDbSession, files: FetchedFiles, key: TotalKey): Promise<readonly EventGroup[]> {
  const query = eventGroups(key.type, await haveOffsets(session, files, key));
  const rows = await session.all<GroupRow>(query, files.localPaths, { id: key.id });
  return rows.map((row) => ({
    path: files.pathOf(row.filename),
    windowMs: Number(row.window_ms),
    events: Number(row.events),
    bytes: row.bytes,
    offsets:
      row.partition === null
        ? undefined
        : { partition: Number(row.partition), first: Number(row.first_offset), last: Number(row.last_offset) },
  }));
}

async function eventsOf(
  session: DuckDbSession,
  files: FetchedFiles,
  key: TotalKey,
  most: number,
): Promise<readonly FoundEvent[]> {
  const query = firstEvents(key.type, await haveOffsets(session, files, key));
  const rows = await session.all<EventRow>(query, files.localPaths, { id: key.id, most: BigInt(most) });
  return rows.map((row) => ({
    ...{ path: files.pathOf(row.filename), timeUs: row.time_us, bytes: row.bytes },
    ...{ user: row.id, antenna: row.antenna_id, app: row.app },
    offset: row.partition === null ? undefined : { partition: Number(row.partition), offset: Number(row.offset) },
  }));
}

/** @throws {ArchiveContentError} when a file lacks a column of an event. */
async function haveOffsets(session: DuckDbSession, files: FetchedFiles, { hourMs }: TotalKey): Promise<boolean> {
  return checkColumns(await session.all<SchemaNode>(SCHEMAS, files.localPaths), files, hourMs).haveOffsets;
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
