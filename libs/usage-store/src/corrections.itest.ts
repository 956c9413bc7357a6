import type { CorrectedRow, CorrectionCause, CorrectionRun, HourRange } from '@antenna/hourly-batch';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { PostgresCorrectionStore } from './correction-store.ts';
import { PostgresHourStore } from './hour-store.ts';
import { ArchivedHour, HOUR, totalsOf } from './testing/an-archived-hour.ts';
import { collected, STREAM, TestStore } from './testing/test-store.ts';

const ONLY: HourRange = { fromMs: HOUR, toMs: HOUR + 3_600_000 };

let test: TestStore;
let database: Knex;
let hour: ArchivedHour;
let corrections: PostgresCorrectionStore;

beforeEach(async () => {
  test = await TestStore.open();
  database = test.database;
  const store = new PostgresHourStore(database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 1 });
  hour = new ArchivedHour(test.worker(), store);
  corrections = new PostgresCorrectionStore(database);
  await database.raw('TRUNCATE user_metadata');
  await database('user_metadata').insert([
    { id: 'ana', name: 'Ana', email: 'ana@example.org', quota: '1000' },
    { id: 'bob', name: 'Bob', email: 'bob@example.org', quota: '1000' },
  ]);
});

afterEach(() => test.close());

const rowsOf = ({ runId }: CorrectionRun): Promise<readonly CorrectedRow[]> => collected(corrections.rows(runId));

async function onlyRun(): Promise<CorrectionRun> {
  const [run, ...others] = await corrections.runs(ONLY);
  if (run === undefined || others.length > 0) throw new Error(`${others.length} runs corrected the hour`);
  return run;
}

async function causes(): Promise<readonly CorrectionCause[]> {
  return (await onlyRun()).causes;
}

describe('the corrections of an hour', () => {
  it('do not exist before its first final run, nor for a run that changes no row', async () => {
    await hour.archive();
    await hour.compute(totalsOf({ ana: 100n }), { wasFinal: false });
    expect(await hour.compute(totalsOf({ ana: 90n }))).toMatchObject({ correctedRows: 0 });
    expect(await hour.compute(totalsOf({ ana: 90n }))).toMatchObject({ correctedRows: 0 });
    expect(await corrections.runs(ONLY)).toEqual([]);
  });

  it('have the old and the new value of every changed, added and removed row, with both revisions', async () => {
    await hour.archive(300n);
    await hour.compute(totalsOf({ ana: 100n, bob: 200n }));
    await hour.archive(50n);
    expect(await hour.compute(totalsOf({ ana: 150n, eve: 200n }))).toMatchObject({ correctedRows: 5 });
    const run = await onlyRun();
    expect(run).toMatchObject({
      hourMs: HOUR,
      oldRevision: 1,
      newRevision: 2,
      wasFinal: true,
      hourlyRows: 5,
      quotaRows: 0,
    });
    expect(await rowsOf(run)).toMatchObject([
      { type: 'antenna_total_bytes', id: 'antenna', oldValue: 300n, newValue: 350n },
      { type: 'app_total_bytes', id: 'SKYPE', oldValue: 300n, newValue: 350n },
      { type: 'user_total_bytes', id: 'ana', oldValue: 100n, newValue: 150n },
      { type: 'user_total_bytes', id: 'bob', oldValue: 200n, newValue: undefined },
      { type: 'user_total_bytes', id: 'eve', oldValue: undefined, newValue: 200n },
    ]);
  });

  it('include the changes of a later run that found the hour not final any more, marked as such', async () => {
    await hour.archive();
    await hour.compute(totalsOf({ ana: 100n }));
    await hour.archive();
    await hour.compute(totalsOf({ ana: 200n }), { wasFinal: false });
    expect(await onlyRun()).toMatchObject({ wasFinal: false, hourlyRows: 3 });
  });

  it('can be neither changed nor deleted, by a program or by a person', async () => {
    await hour.archive();
    await hour.compute(totalsOf({ ana: 100n }));
    await hour.archive();
    await hour.compute(totalsOf({ ana: 200n }));
    for (const statement of [
      'UPDATE pipeline.hour_correction SET new_value = 1',
      'DELETE FROM pipeline.hour_correction',
      'TRUNCATE pipeline.hour_correction',
      "UPDATE pipeline.hour_correction_run SET causes = '[]'",
      'DELETE FROM pipeline.hour_correction_run',
      'TRUNCATE pipeline.hour_correction_run',
    ]) {
      await expect(database.raw(statement)).rejects.toMatchObject({ code: 'AU007' });
    }
  });
});

describe('the cause of a correction', () => {
  it('is the files of late events, by range of offsets', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    const path = await hour.archive(7n);
    await hour.compute(totalsOf({ ana: 107n }));
    const file = { path, topic: 'devices', partition: 0, generation: 0, startOffset: 10, endOffset: 20, rows: 10 };
    expect(await causes()).toEqual([{ kind: 'late_events', events: 10, files: [file] }]);
  });

  it('is a replayed dead letter whose new record a file holds', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    const path = await hour.archive(7n);
    await database.raw(
      `INSERT INTO pipeline.dead_letter_replay (topic, partition, "offset", attempted_by, outcome, new_offset)
       VALUES ('devices', 0, 3, 'a test', 'sent', 9), ('devices', 0, 4, 'a test', 'sent', 15)`,
    );
    await hour.compute(totalsOf({ ana: 107n }));
    expect(await causes()).toMatchObject([
      { kind: 'late_events' },
      { kind: 'replayed_dead_letters', records: 1, files: [{ path, records: 1 }] },
    ]);
  });

  it('is an acknowledged gap that a file overlaps', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    await hour.archive(7n);
    await database.raw(
      `INSERT INTO pipeline.acknowledged_gap
         (sink, topic, partition, from_offset, to_offset, records_at_most, acknowledged_by)
       VALUES ('archive', 'devices', 0, 12, 30, 8, 'a test'), ('archive', 'devices', 0, 20, 30, 8, 'a test')`,
    );
    await hour.compute(totalsOf({ ana: 107n }));
    expect(await causes()).toMatchObject([
      { kind: 'late_events' },
      { kind: 'acknowledged_gap', gaps: [{ topic: 'devices', partition: 0, fromOffset: 12, toOffset: 30 }] },
    ]);
  });

  it('is another decoder when it wrote the late files', async () => {
    await hour.archive(100n, 1);
    await hour.compute(totalsOf({ ana: 100n }));
    await hour.archive(7n, 2);
    await hour.compute(totalsOf({ ana: 107n }));
    expect(await causes()).toMatchObject([
      { kind: 'late_events' },
      { kind: 'another_decoder', versions: [2], formerVersions: [1] },
    ]);
  });

  it('is a changed quota when the usage does not explain the change of a user over quota', async () => {
    await hour.archive(1_500n);
    await hour.compute(totalsOf({ ana: 1_500n }));
    await database('user_metadata').where({ id: 'ana' }).update({ quota: '1200' });
    await hour.compute(totalsOf({ ana: 1_500n }));
    const run = await onlyRun();
    expect(run).toMatchObject({ hourlyRows: 0, quotaRows: 1, causes: [{ kind: 'changed_quota', users: 1 }] });
    expect(await rowsOf(run)).toEqual([
      {
        type: 'user_quota_limit',
        id: 'ana@example.org',
        oldValue: 1_500n,
        newValue: 1_500n,
        oldQuota: 1_000n,
        newQuota: 1_200n,
      },
    ]);
  });

  it('is not a changed quota when late events bring a user over quota', async () => {
    await hour.archive(900n);
    await hour.compute(totalsOf({ ana: 900n }));
    await hour.archive(200n);
    await hour.compute(totalsOf({ ana: 1_100n }));
    expect(await onlyRun()).toMatchObject({ quotaRows: 1, causes: [{ kind: 'late_events' }] });
  });

  it('is a change by hand when the differences do not add up to the late events', async () => {
    await hour.archive(100n);
    await hour.compute(totalsOf({ ana: 100n }));
    await database.raw(`UPDATE bytes_hourly SET value = 99 WHERE type = 'user_total_bytes'`);
    await hour.compute(totalsOf({ ana: 100n }));
    expect(await causes()).toEqual([{ kind: 'altered_rows' }]);
  });
});

const USERS = ['ana', 'bob', 'eve', 'kim'];
const EMAILS = [null, '', 'shared@example.org', 'other@example.org'];
const amounts = fc.dictionary(fc.constantFrom(...USERS), fc.bigInt(0n, 12n));
const quotas = fc.dictionary(
  fc.constantFrom(...USERS),
  fc.record({ email: fc.constantFrom(...EMAILS), quota: fc.option(fc.bigInt(0n, 10n)) }),
);
const history = fc.array(
  fc.record({ usage: amounts, quotas: fc.option(quotas), isArchived: fc.boolean(), wasFinal: fc.boolean() }),
  { minLength: 2, maxLength: 6 },
);

type HourTables = Readonly<Record<'hourly' | 'overQuota', readonly string[]>>;

/** The hour's rows, each as one text, in any order. */
async function tables(): Promise<HourTables> {
  const textsOf = async (statement: string) =>
    (await database.raw<{ rows: { row: string }[] }>(statement)).rows.map(({ row }) => row);
  return {
    hourly: await textsOf('SELECT jsonb_build_array(type, id, value)::text AS row FROM bytes_hourly'),
    overQuota: await textsOf('SELECT jsonb_build_array(email, usage, quota)::text AS row FROM user_quota_limit'),
  };
}

/** A former result with the corrections of a run: the old rows are taken away and the new ones added. */
function corrected({ hourly, overQuota }: HourTables, rows: readonly CorrectedRow[]): HourTables {
  const ofQuota = rows.filter(({ type }) => type === 'user_quota_limit');
  const ofTotals = rows.filter(({ type }) => type !== 'user_quota_limit');
  const total = ({ type, id = '' }: CorrectedRow, value: bigint | undefined) =>
    value === undefined ? [] : [`["${type}", "${id}", ${value}]`];
  const limit = ({ id }: CorrectedRow, usage: bigint | undefined, quota: bigint | undefined) =>
    usage === undefined ? [] : [`[${id === undefined ? 'null' : `"${id}"`}, ${usage}, ${quota ?? 'null'}]`];
  return {
    hourly: replaced(
      hourly,
      ofTotals.flatMap((row) => total(row, row.oldValue)),
      ofTotals.flatMap((row) => total(row, row.newValue)),
    ),
    overQuota: replaced(
      overQuota,
      ofQuota.flatMap((row) => limit(row, row.oldValue, row.oldQuota)),
      ofQuota.flatMap((row) => limit(row, row.newValue, row.newQuota)),
    ),
  };
}

/** @throws when a row that a correction removes is not in the former result. */
function replaced(present: readonly string[], old: readonly string[], added: readonly string[]): readonly string[] {
  const left = [...present];
  for (const row of old) {
    const index = left.indexOf(row);
    if (index === -1) throw new Error(`the former result has no row ${row}`);
    left.splice(index, 1);
  }
  return [...left, ...added];
}

function sorted({ hourly, overQuota }: HourTables): HourTables {
  return { hourly: hourly.toSorted(), overQuota: overQuota.toSorted() };
}

it('a bill of the first final result and all corrections since make up the result of every later run', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      await clear();
      let bill: HourTables | undefined;
      let seen = 0;
      for (const { usage, quotas: changed, isArchived, wasFinal } of steps) {
        if (changed !== null) await storeUsers(changed);
        if (isArchived) await hour.archive(1n);
        await hour.compute(totalsOf(usage), { wasFinal });
        const runs = await corrections.runs(ONLY);
        for (const run of runs.slice(seen)) bill = bill && corrected(bill, await rowsOf(run));
        seen = runs.length;
        if (bill !== undefined) expect(sorted(bill)).toEqual(sorted(await tables()));
        if (wasFinal) bill ??= await tables();
      }
    }),
    { numRuns: 25 },
  );
});

/** Removes all runs of the hour with their results. Only the owner of the tables can disable the triggers. */
async function clear(): Promise<void> {
  await database.raw(`
    SET session_replication_role = replica;
    TRUNCATE pipeline.hour_correction, pipeline.hour_correction_run, pipeline.certificate, pipeline.batch_run CASCADE;
    TRUNCATE bytes_hourly, user_quota_limit;
    SET session_replication_role = origin`);
}

async function storeUsers(
  users: Readonly<Record<string, { email: string | null; quota: bigint | null }>>,
): Promise<void> {
  await database.raw('TRUNCATE user_metadata');
  const rows = Object.entries(users).map(([id, { email, quota }]) => ({
    id,
    name: id,
    email,
    quota: quota?.toString(),
  }));
  if (rows.length > 0) await database('user_metadata').insert(rows);
}
