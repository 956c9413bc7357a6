import { setTimeout as delay } from 'node:timers/promises';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/** Every new transaction of the database may only read (SQLSTATE 25006), as on a server that is about to be replaced. */
export const readOnlyDatabase: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const ms = chance.integer(2_000, 10_000);
    return {
      name: 'database read-only',
      text: `database read-only for ${ms} ms`,
      resource: 'postgres',
      async inject({ database }) {
        await database.query('ALTER SYSTEM SET default_transaction_read_only = on', []);
        await database.query('SELECT pg_reload_conf()');
        await delay(ms);
        await database.query('ALTER SYSTEM RESET default_transaction_read_only', []);
        await database.query('SELECT pg_reload_conf()');
      },
    };
  },
};

/**
 * The primary dies and its synchronous standby takes over: clients reach the standby while it only reads, then it is
 * promoted. Everything that was acknowledged is there, and positions and totals go on from it.
 */
export const promotedStandby: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const runningMs = chance.integer(1_000, 3_000);
    const readOnlyMs = chance.integer(0, 5_000);
    return {
      name: 'standby promoted',
      text: `standby promoted ${runningMs} ms after it began to stream, with clients that can only read for ${readOnlyMs} ms`,
      resource: 'postgres',
      async inject({ services: { postgres } }) {
        const standby = await postgres.standby();
        await delay(runningMs);
        await postgres.failOver(standby, readOnlyMs);
      },
    };
  },
};
