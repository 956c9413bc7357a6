import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parquetRows } from '@antenna/event-archive';
import { addToTruth, type SimulatedRecord } from '@antenna/simulator';
import { compareRows, keyedTotals, summarize, Truth } from '@antenna/truth';
import pg from 'pg';
import type { Stream } from './stream.ts';

/**
 * Compares all that the workers have stored with what was sent: every row of the totals, every dead letter, every event
 * of the archive, the manifest with the files that are there, and that nothing is left half done.
 * @returns each difference in words; none when all is exact.
 */
export async function streamDifferences(stream: Stream, sent: readonly SimulatedRecord[]): Promise<readonly string[]> {
  const truth = new Truth();
  for (const record of sent) addToTruth(truth, record);
  const client = new pg.Client({ connectionString: stream.databaseUrl });
  await client.connect();
  try {
    const files = archiveFiles(stream.archiveFolder);
    const differences = {
      totals: await totalsDifference(client, truth),
      'dead letters': await deadLettersDifference(client, truth),
      manifest: await manifestDifference(client, files),
      archive: await archiveDifference(stream.archiveFolder, files, sent),
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
    'SELECT reason, count(*) FROM pipeline.dead_letter GROUP BY reason',
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

/** Both ways: each event that was sent is archived, and what is archived was sent; each offset once. */
async function archiveDifference(
  folder: string,
  files: readonly string[],
  sent: readonly SimulatedRecord[],
): Promise<string> {
  const archived: (readonly [string, boolean])[] = [];
  const offsets = new Set<string>();
  for (const file of files) {
    for await (const row of parquetRows(join(folder, file))) {
      archived.push([eventText(row), true]);
      offsets.add(`${row.partition}/${row.offset}`);
    }
  }
  if (offsets.size !== archived.length) return `${archived.length - offsets.size} offsets are archived twice`;
  const events = sent.flatMap(({ fact }) => (typeof fact === 'string' ? [] : [[eventText(fact), true] as const]));
  return described(compareRows<boolean>(events, archived));
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
