import { PostgresHourStore } from '@antenna/usage-store';
import type { Knex } from 'knex';
import { spreadOf } from '../measure/statistics.ts';
import { withDatabase } from '../stack/database.ts';
import { Committer } from './committer.ts';
import { chartStatements } from './dashboard-charts.ts';
import { FLUSH_STATISTICS, READ_ROWS, repeatedStatements } from './statements.sql.ts';
import { yearsOf, type YearsShape } from './years-data.sql.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A scan that ends at its first rows reads fewer. */
const SCANNED = 1_000;

/** Databases of the product's schema, without rows, which the benchmark fills and changes. */
export interface YearsDatabases {
  readonly youngUrl: string;
  readonly oldUrl: string;
}

export interface YearsOptions extends YearsShape {
  /** Days that the young database holds. */
  readonly youngDays: number;
  /** How often each statement is measured; the medians are compared. */
  readonly rounds: number;
}

/** How long a statement takes in both databases (medians, milliseconds), and what it reads, which no other load changes. */
export interface YearsMeasurement {
  readonly what: string;
  readonly youngMs: number;
  readonly oldMs: number;
  /** Rows of tables and entries of indexes that the first call reads. */
  readonly youngRows: number;
  readonly oldRows: number;
  /** Tables of the old database of which sequential scans have read more than 1,000 rows. */
  readonly scanned: readonly string[];
}

type Report = (line: string) => void;

/** Fills both databases with the same newest days, the old one with all days before them, and measures the same in both. */
export async function measureYears(
  at: YearsDatabases,
  options: YearsOptions,
  report: Report,
): Promise<readonly YearsMeasurement[]> {
  await fill(at.youngUrl, { ...options, days: options.youngDays });
  report(`filled a database of ${options.youngDays} days`);
  await fill(at.oldUrl, options);
  report(`filled a database of ${options.days} days: ${await sizeOf(at.oldUrl)}`);
  return withDatabase(at.youngUrl, (young) =>
    withDatabase(at.oldUrl, async (old) => [
      ...(await measureWork(young, old, options)),
      ...(await measureStatements(young, old, options.rounds, report)),
    ]),
  );
}

async function fill(url: string, shape: YearsShape): Promise<void> {
  await withDatabase(url, async (database) => {
    for (const statement of yearsOf(shape)) await database.raw(statement);
  });
}

async function sizeOf(url: string): Promise<string> {
  const select = 'SELECT pg_size_pretty(pg_database_size(current_database())) AS size';
  const { rows } = await withDatabase(url, (database) => database.raw<{ rows: { size: string }[] }>(select));
  return rows[0]?.size ?? '';
}

/** Measures a commit of the totals by the speed layer, and the commit of an hour by the batch layer, in both databases. */
async function measureWork(
  young: Knex,
  old: Knex,
  { users, rounds }: YearsOptions,
): Promise<readonly YearsMeasurement[]> {
  const [youngCommitter, oldCommitter] = [await Committer.claim(young, 0), await Committer.claim(old, 0)];
  const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
  return [
    await compared('commit of the totals', rounds, {
      young: { database: young, run: () => youngCommitter.commit(users, Date.now()) },
      old: { database: old, run: () => oldCommitter.commit(users, Date.now()) },
    }),
    await compared('commit of an hour', rounds, {
      young: { database: young, run: () => elapsed(() => commitHour(young, hourMs, users)) },
      old: { database: old, run: () => elapsed(() => commitHour(old, hourMs, users)) },
    }),
  ];
}

/** Corrects the final result of an hour: the rows are read, compared and recorded, a byte of each differs, and it is certified. */
async function commitHour(database: Knex, hourMs: number, users: number): Promise<void> {
  const store = new PostgresHourStore(database, { archiveUrl: 'file:///years', previewedUsers: 0 });
  const { files, revision } = await store.readManifest(hourMs);
  const rows = Array.from({ length: users }, (_, n) => ({
    type: 'user_total_bytes' as const,
    id: `user ${String(n + 1).padStart(6, '0')}`,
    value: BigInt(Math.round(performance.now())),
  }));
  const result = { rows, events: users, offsets: undefined, eventBytes: 1n, startedAtMs: hourMs };
  await store.commit({ ...result, files, hourMs, revision, wasFinal: true, engine: 'years' });
}

async function measureStatements(
  young: Knex,
  old: Knex,
  rounds: number,
  report: Report,
): Promise<readonly YearsMeasurement[]> {
  const statements = [...repeatedStatements];
  for (const [name, days] of [
    ['a day', 1],
    ['a month', 30],
  ] as const) {
    const range = { from: isoText(Date.now() - days * DAY_MS), to: isoText(Date.now()) };
    for (const { chart, statement } of await chartStatements(range))
      statements.push([`«${chart}» of ${name}`, statement]);
  }
  const measured: YearsMeasurement[] = [];
  for (const [what, statement] of statements) {
    const times = await compared(what, rounds, {
      young: { database: young, run: () => elapsed(() => ask(young, statement)) },
      old: { database: old, run: () => elapsed(() => ask(old, statement)) },
    });
    measured.push(times);
    report(`${what}: ${times.youngMs.toFixed(1)} ms, ${times.oldMs.toFixed(1)} ms in the old one`);
  }
  return measured;
}

/** Work on one database. @returns how long it took, in milliseconds. */
interface Side {
  readonly database: Knex;
  readonly run: () => Promise<number>;
}

/** Measures both in turn, so that what else the machine does meets both; the time of the first calls does not count. */
async function compared(
  what: string,
  rounds: number,
  { young, old }: { readonly young: Side; readonly old: Side },
): Promise<YearsMeasurement> {
  const [youngReads, oldReads] = [await readsOf(young), await readsOf(old)];
  const [youngMs, oldMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    youngMs.push(await young.run());
    oldMs.push(await old.run());
  }
  return {
    what,
    youngMs: spreadOf(youngMs).median,
    oldMs: spreadOf(oldMs).median,
    youngRows: youngReads.rows,
    oldRows: oldReads.rows,
    scanned: oldReads.scanned,
  };
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Escapes question marks, which knex would read as parameters. */
const ask = (database: Knex, statement: string) => database.raw(statement.replaceAll('?', String.raw`\?`));

async function readsOf({
  database,
  run,
}: Side): Promise<{ readonly rows: number; readonly scanned: readonly string[] }> {
  const before = await readRows(database);
  await run();
  const read = [...(await readRows(database))].map(([name, { scanned, read: rows }]) => ({
    name,
    scanned: scanned - (before.get(name)?.scanned ?? 0),
    rows: rows - (before.get(name)?.read ?? 0),
  }));
  return {
    rows: read.reduce((sum, { rows }) => sum + rows, 0),
    scanned: read.filter(({ scanned }) => scanned > SCANNED).map(({ name }) => name),
  };
}

interface TableReads {
  readonly name: string;
  readonly scanned: number;
  readonly read: number;
}

async function readRows(database: Knex): Promise<ReadonlyMap<string, TableReads>> {
  await database.raw(FLUSH_STATISTICS);
  const { rows } = await database.raw<{ rows: TableReads[] }>(READ_ROWS);
  return new Map(rows.map((row) => [row.name, row]));
}

const isoText = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
