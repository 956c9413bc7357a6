import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parquetRows } from '@antenna/event-archive';
import { addToTruth, type SimulatedRecord } from '@antenna/simulator';
import {
  type CountedRange,
  compareRows,
  keyedTotals,
  type RecordPosition,
  recordsOfRanges,
  summarize,
  Truth,
} from '@antenna/truth';
import pg from 'pg';
import type { Stream } from './stream.ts';

/**
 * Compares all that the workers have stored with what was sent: every row of the totals, every dead letter, whole or
 * counted in a range, every event of the archive, the manifest with the files that are there, that every offset below the
 * positions is one of these, once, and that nothing is left half done.
 * @returns each difference in words; none when all is exact.
 */
export async function streamDifferences(stream: Stream, sent: readonly SimulatedRecord[]): Promise<readonly string[]> {
  const truth = new Truth();
  for (const record of sent) addToTruth(truth, record);
  const client = new pg.Client({ connectionString: stream.databaseUrl });
  await client.connect();
  try {
    const files = archiveFiles(stream.archiveFolder);
    const archived = await readArchive(stream.archiveFolder, files);
    const differences = {
      totals: await totalsDifference(client, truth),
      'dead letters': await deadLettersDifference(client, truth),
      manifest: await manifestDifference(client, files),
      archive: archiveDifference(archived, sent),
      offsets: await offsetsDifference(client, archived),
      'left over': await leftovers(client, stream.archiveFolder),
    };
    return Object.entries(differences).flatMap(([what, difference]) =>
      difference === '' ? [] : `${what}: ${difference}`,
    );
  } finally {
    await client.end();
  }
}

async function totalsDifference(client: pg.Client, truth: Truth): Promise<string> {
  const { rows } = await client.query<{ ms: string; type: string; id: string; value: string }>(
    'SELECT (extract(epoch FROM "timestamp") * 1000)::bigint AS ms, type, id, value FROM public.bytes',
  );
  const stored = rows.map(({ ms, type, id, value }) => ({ timestampMs: Number(ms), type, id, value: BigInt(value) }));
  return described(compareRows(truth.windows(), keyedTotals(stored)));
}

async function deadLettersDifference(client: pg.Client, truth: Truth): Promise<string> {
  const { rows } = await client.query<{ reason: string; count: string }>(
    `SELECT reason, sum(records) AS count FROM (
       SELECT reason, count(*) AS records FROM pipeline.dead_letter GROUP BY reason
       UNION ALL
       SELECT reason, records FROM pipeline.dead_letter_range
     ) AS stored GROUP BY reason`,
  );
  return described(
    compareRows<number>(
      [...truth.deadLetters()].map(([reason, count]) => [reason, count] as const),
      rows.map(({ reason, count }) => [reason, Number(count)] as const),
    ),
  );
}

async function manifestDifference(client: pg.Client, files: readonly string[]): Promise<string> {
  const { rows } = await client.query<{ path: string }>('SELECT path FROM pipeline.archive_file');
  const present = (path: string) => [path, true] as const;
  return described(
    compareRows<boolean>(
      rows.map(({ path }) => present(path)),
      files.map(present),
    ),
  );
}

interface ArchivedEvent extends RecordPosition {
  readonly text: string;
}

async function readArchive(folder: string, files: readonly string[]): Promise<readonly ArchivedEvent[]> {
  const archived: ArchivedEvent[] = [];
  for (const file of files) {
    for await (const row of parquetRows(join(folder, file))) {
      archived.push({ partition: row.partition, offset: row.offset, text: eventText(row) });
    }
  }
  return archived;
}

/** Both ways: each event that was sent is archived, and what is archived was sent. */
function archiveDifference(archived: readonly ArchivedEvent[], sent: readonly SimulatedRecord[]): string {
  const events = sent.flatMap(({ fact }) => (typeof fact === 'string' ? [] : [[eventText(fact), true] as const]));
  return described(
    compareRows<boolean>(
      events,
      archived.map(({ text }) => [text, true] as const),
    ),
  );
}

/** Each offset below the positions is archived, a dead letter or counted in a range, once, unless it was given up. */
async function offsetsDifference(client: pg.Client, archived: readonly ArchivedEvent[]): Promise<string> {
  const whole = await positions(client, 'SELECT partition, "offset"::float8 AS "offset" FROM pipeline.dead_letter');
  const taken = await positions(
    client,
    `SELECT p.partition, o::float8 AS "offset"
     FROM pipeline.position AS p CROSS JOIN LATERAL generate_series(0, p.next_offset - 1) AS o
     WHERE p.sink = 'totals' AND NOT EXISTS (
       SELECT FROM pipeline.acknowledged_gap AS g
       WHERE g.sink = p.sink AND g.partition = p.partition AND o >= g.from_offset AND o < g.to_offset)`,
  );
  const { rows: ranges } = await client.query<CountedRange>(
    `SELECT partition, first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset", records::float8 AS records
     FROM pipeline.dead_letter_range`,
  );
  const told = [...archived, ...whole];
  const isTold = new Set(told.map(placeText));
  const counted = recordsOfRanges(
    ranges,
    taken.filter((record) => !isTold.has(placeText(record))),
  );
  return described(compareRows<boolean>(taken.map(present), [...told, ...counted].map(present)));
}

async function positions(client: pg.Client, statement: string): Promise<readonly RecordPosition[]> {
  return (await client.query<{ partition: number; offset: number }>(statement)).rows;
}

function present(record: RecordPosition): readonly [string, boolean] {
  return [placeText(record), true];
}

function placeText({ partition, offset }: RecordPosition): string {
  return `${partition}/${offset}`;
}

async function leftovers(client: pg.Client, folder: string): Promise<string> {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM pipeline.archive_intent');
  const staged = globSync('**/*.tmp', { cwd: folder });
  const intents = Number(rows[0]?.count ?? 0);
  return intents + staged.length === 0 ? '' : `${intents} open intents, ${staged.length} staging files`;
}

function archiveFiles(folder: string): readonly string[] {
  return globSync('**/*.parquet', { cwd: folder }).sort();
}

interface EventFacts {
  readonly eventTimeMs: number;
  readonly id: string;
  readonly antennaId: string;
  readonly bytes: number;
  readonly app: string;
}

function eventText({ eventTimeMs, id, antennaId, bytes, app }: EventFacts): string {
  return JSON.stringify([eventTimeMs, id, antennaId, bytes, app]);
}

function described(differences: Parameters<typeof summarize>[0]): string {
  return differences.length === 0 ? '' : summarize(differences, 5);
}
