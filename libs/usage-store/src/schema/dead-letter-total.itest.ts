import { type DeadLetter, FenceLostError } from '@antenna/ingestion';
import { until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { migrate } from '../migrate.ts';
import { PostgresPositionStore } from '../position-store.ts';
import { aCommit } from '../testing/a-commit.ts';
import { STREAM, TestStore } from '../testing/test-store.ts';

const DEAD_LETTER: DeadLetter = {
  ...{ partition: 0, offset: 0, timestampMs: 0, reason: 'not_json', detail: '' },
  ...{ key: null, payload: null, payloadBytes: undefined },
};

/** Replaces the functions by those of before migration 0015, which store dead letters without counting them. */
const FORMER_FUNCTIONS = `
  DO $do$
  BEGIN
    EXECUTE regexp_replace(
      pg_get_functiondef('pipeline.store_dead_letters'::regproc), 'PERFORM pipeline.count_dead_letters[^;]*;', ''
    );
  END
  $do$;
  DROP FUNCTION pipeline.count_dead_letters;
  UPDATE pipeline.declared_schema SET checksum = 'of the former functions'`;

let test: TestStore;

beforeEach(async () => {
  test = await TestStore.open();
  await test.database.raw(FORMER_FUNCTIONS);
});

afterEach(() => test.close());

async function rowsOf(statement: string): Promise<readonly unknown[]> {
  return (await test.database.raw<{ rows: unknown[] }>(statement)).rows;
}

const aCallWaits = () => until(async () => (await test.waitingTransactions()) > 0, { what: 'call that waits' });

async function claim(database: Knex): Promise<number> {
  const [claimed] = await new PostgresPositionStore(database, STREAM).claim(['totals'], [0]);
  return claimed?.epoch ?? 0;
}

function commitDeadLetter(database: Knex, epoch: number): Promise<void> {
  const commit = { ...aCommit([], { epoch, from: 0, to: 1 }), deadLetters: [DEAD_LETTER] };
  return new PostgresPositionStore(database, STREAM).commitTotals(commit);
}

const expectOneCounted = async () => {
  const counted = await rowsOf('SELECT reason, records FROM pipeline.dead_letter_count');
  expect(counted).toEqual([{ reason: 'not_json', records: '1' }]);
};

describe('a dead letter that a worker commits with functions that do not count it yet', () => {
  it.each(['read committed', 'repeatable read'])(
    'is counted when the commit ends after the migration has begun, on a server whose default is %s',
    async (isolation) => {
      const { pathname } = new URL(test.url);
      await test.database.raw(`ALTER DATABASE ?? SET default_transaction_isolation = '${isolation}'`, [
        pathname.slice(1),
      ]);
      const { migrating } = await test.database.transaction(async (transaction) => {
        await commitDeadLetter(transaction, await claim(transaction));
        const migrating = migrate({ url: test.url });
        await aCallWaits();
        return { migrating };
      });
      await migrating;
      await expectOneCounted();
    },
  );

  it('is refused when the commit reaches the position after the migration, and counted by the next commit', async () => {
    const epoch = await claim(test.database);
    const { refused } = await test.database.transaction(async (transaction) => {
      await transaction.raw('LOCK TABLE public.bytes IN EXCLUSIVE MODE');
      const refused = expect(commitDeadLetter(test.database, epoch)).rejects.toThrow(FenceLostError);
      await aCallWaits();
      await migrate({ url: test.url });
      return { refused };
    });
    await refused;
    await commitDeadLetter(test.database, await claim(test.database));
    await expectOneCounted();
  });
});
