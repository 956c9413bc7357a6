import type { Knex } from 'knex';
import { readiness, type ReadinessFacts } from './readiness.ts';

type Fault = ReadinessFacts['ingestion']['stoppedPartitions'] extends ReadonlyMap<number, infer Found> ? Found : never;

const answering = (setting: 'off' | 'on') =>
  ({ raw: () => ({ timeout: () => Promise.resolve({ rows: [{ setting }] }) }) }) as unknown as Pick<Knex, 'raw'>;

function facts(ingestion: Partial<ReadinessFacts['ingestion']>, database = answering('off')): ReadinessFacts {
  const working = { isClaimed: true, assignedPartitions: [0, 1], openIntents: 0, stoppedPartitions: new Map() };
  return { ingestion: { ...working, ...ingestion }, database };
}

const fault = { code: 'DATA_GAP', message: 'records are gone' } as Fault;

describe('a worker of the speed layer', () => {
  it('is ready when its partitions are claimed and the database is writable', async () => {
    expect(await readiness(facts({}))).toEqual({ ok: true, notes: [] });
  });

  it('is not ready before partitions are claimed', async () => {
    expect(await readiness(facts({ isClaimed: false }))).toMatchObject({ ok: false });
  });

  it('is not ready until it has redone the open chunks of earlier workers', async () => {
    expect(await readiness(facts({ openIntents: 2 }))).toEqual({
      ok: false,
      reasons: ['open chunks of earlier workers that are not redone yet: 2'],
    });
  });

  it('is not ready while the database is read-only', async () => {
    expect(await readiness(facts({}, answering('on')))).toMatchObject({ ok: false });
  });

  it('is ready, with a note, while one partition is stopped and another advances', async () => {
    expect(await readiness(facts({ stoppedPartitions: new Map([[1, fault]]) }))).toEqual({
      ok: true,
      notes: [expect.stringContaining('partition 1 stands still: DATA_GAP: records are gone')],
    });
  });

  it('is not ready when every partition is stopped', async () => {
    const all = new Map([
      [0, fault],
      [1, fault],
    ]);
    expect(await readiness(facts({ stoppedPartitions: all }))).toMatchObject({ ok: false });
  });
});
