import { dropDatabase, emptyDatabase, rowsOf, type TestDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { aCommit } from '../testing/a-commit.ts';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { type PositionStoreOptions, PostgresPositionStore } from '../position-store.ts';
import { STREAM } from '../testing/test-store.ts';

/** By code points Bob and Zoe come first; in English alice does. So many users are joined with their rows, if in one order. */
const USERS = [
  'Bob',
  'Zoe',
  'alice',
  ...Array.from({ length: 2_200 }, (_, n) => `${n % 2 === 0 ? 'Carl' : 'carl'} ${n}`),
];

let provided: TestDatabase;
let url: string;
let database: Knex;

/** A database whose own order of texts is that of English, with a table of users that is older than the product. */
beforeEach(async () => {
  provided = await emptyDatabase();
  const name = `${new URL(provided.url).pathname.slice(1)}_english`;
  const locale = "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'";
  await rowsOf(provided.url, `CREATE DATABASE "${name}" TEMPLATE template0 ${locale}`);
  url = Object.assign(new URL(provided.url), { pathname: name }).href;
  database = openDatabase({ url }, { applicationName: 'test', poolMax: 2 });
  await database.raw('CREATE TABLE public.user_metadata (id text PRIMARY KEY, name text, email text, quota bigint)');
  await database.raw('INSERT INTO public.user_metadata (id, quota) SELECT unnest(?::text[]), 40', [USERS]);
  await migrate({ url });
});

afterEach(async () => {
  await database.destroy();
  await dropDatabase(provided.url, new URL(url).pathname.slice(1));
  await provided.close();
});

it.each<[string, PositionStoreOptions]>([
  ['whole', {}],
  ['in parts', { sizes: { rowsOfCall: 0, rowsOfPart: 2_500 } }],
])(
  'users over their quotas are found by a commit %s if user_metadata is in the order of a language',
  async (_, options) => {
    const worker = new PostgresPositionStore(database, STREAM, options);
    await worker.claim(['totals'], [0]);
    const events = (bytes: number) => USERS.map((id) => ({ id, bytes }));
    await worker.commitTotals(aCommit(events(1), { from: 0, to: 1 }));
    await worker.commitTotals(aCommit(events(100), { from: 1, to: 2 }));
    const exceeded = `SELECT id FROM pipeline.quota_event WHERE state = 'exceeded' ORDER BY id COLLATE "C"`;
    expect(await rowsOf(url, exceeded)).toEqual(USERS.toSorted().map((id) => ({ id })));
  },
);
