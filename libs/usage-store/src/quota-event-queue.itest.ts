import type { Knex } from 'knex';
import { PostgresQuotaEventQueue } from './quota-event-queue.ts';
import { seedUsers } from './seed-users.ts';
import { aCommit, FEDE, NOON } from './testing/a-commit.ts';
import { TestStore } from './testing/test-store.ts';

describe('the queue of quota events', () => {
  let test: TestStore;
  let database: Knex;
  let queue: PostgresQuotaEventQueue;

  beforeEach(async () => {
    test = await TestStore.open();
    ({ database } = test);
    await seedUsers(database);
    const stream = test.worker();
    await stream.claim(['totals'], [0]);
    await stream.commitTotals(aCommit([{ bytes: 5_001, second: 7 }], { from: 0, to: 1 }));
    queue = new PostgresQuotaEventQueue(database, 'a worker');
  });

  afterEach(() => test.close());

  /** Moves the end of the lease as if these seconds had passed. */
  async function pass(seconds: number): Promise<void> {
    await database.raw(`UPDATE pipeline.quota_publisher SET leased_until = leased_until - ? * interval '1 second'`, [
      seconds,
    ]);
  }

  it('returns the oldest events, in order, until they are noted as sent', async () => {
    const events = await queue.take(10);
    const of = { userId: FEDE, hourMs: NOON + 3_600_000, usage: 5_001n, quota: 5_000n, eventTimeMs: NOON + 4_507_000 };
    expect(events).toMatchObject([
      { ...of, state: 'warned', sequence: 1, revision: undefined },
      { ...of, state: 'exceeded', sequence: 2, revision: undefined },
    ]);
    expect(await queue.take(1)).toEqual(events?.slice(0, 1));
    await queue.noteSent(events?.slice(0, 1) ?? []);
    await queue.noteSent(events?.slice(0, 1) ?? []);
    expect(await queue.take(10)).toEqual(events?.slice(1));
    await queue.noteSent(events ?? []);
    expect(await queue.take(10)).toEqual([]);
  });

  it('counts the events that are not noted as sent, and how long the oldest has waited', async () => {
    await database.raw(
      `UPDATE pipeline.quota_event SET seen_at = seen_at - interval '1 minute' WHERE state = 'warned'`,
    );
    const unsent = await queue.unsent();
    expect(unsent.events).toBe(2);
    expect(unsent.waitingMs).toBeGreaterThanOrEqual(60_000);
    await queue.noteSent((await queue.take(10)) ?? []);
    expect(await queue.unsent()).toEqual({ events: 0, waitingMs: 0 });
  });

  describe('has one publisher,', () => {
    let other: PostgresQuotaEventQueue;

    beforeEach(async () => {
      other = new PostgresQuotaEventQueue(database, 'another worker');
      await queue.take(1);
    });

    it('whose lease goes on while it takes events', async () => {
      await pass(8);
      await queue.take(1);
      await pass(8);
      expect(await other.take(1)).toBeUndefined();
      expect(await queue.take(1)).toHaveLength(1);
    });

    it('who is replaced when it has been silent for ten seconds', async () => {
      expect(await other.take(1)).toBeUndefined();
      await pass(10);
      expect(await other.take(1)).toHaveLength(1);
      expect(await queue.take(1)).toBeUndefined();
    });

    it('who is replaced at once when it leaves', async () => {
      await other.leave();
      expect(await other.take(1)).toBeUndefined();
      await queue.leave();
      expect(await other.take(1)).toHaveLength(1);
    });

    it('who is replaced when the clock of the database was set back during its lease', async () => {
      await pass(-3_600);
      expect(await other.take(1)).toHaveLength(1);
    });

    it('who is one of several workers that ask at once', async () => {
      await queue.leave();
      const workers = Array.from({ length: 4 }, (_, n) => new PostgresQuotaEventQueue(database, `worker ${n}`));
      const taken = await Promise.all(workers.map((worker) => worker.take(1)));
      expect(taken.filter((events) => events !== undefined)).toHaveLength(1);
    });
  });
});
