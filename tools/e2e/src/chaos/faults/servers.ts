import { setTimeout as delay } from 'node:timers/promises';
import type { LocalServer } from '@antenna/local-stack';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/** Postgres ended as by `pg_ctl stop -m immediate` (SIGQUIT: no checkpoint, recovery at the next start), and started. */
export const restartPostgres: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const awayMs = chance.integer(0, 3_000);
    return {
      name: 'Postgres restarted, -m immediate',
      text: `Postgres away for ${awayMs} ms`,
      resource: 'postgres',
      inject: ({ services }) => restart(services.postgres.server, 'SIGQUIT', awayMs),
    };
  },
};

/** The broker that leads a partition killed, and started: two of three replicas go on. At times a second one with it. */
export const killLeader: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 20,
  draw(chance) {
    const partition = chance.integer(0, 11);
    const count = chance.happens(0.25) ? 2 : 1;
    const awayMs = chance.integer(0, 4_000);
    return {
      name: count === 1 ? 'leader of a partition killed and restarted' : 'two of three brokers killed and restarted',
      text: `kill ${count} brokers from the leader of partition ${partition} on, away for ${awayMs} ms`,
      resource: 'kafka',
      async inject({ services: { kafka }, topic }) {
        const first = await topic.leader(partition);
        const victims = Array.from({ length: count }, (_, index) => ((first - 1 + index) % kafka.brokers.size) + 1);
        await Promise.all(victims.map((number) => restart(kafka.broker(number), 'SIGKILL', awayMs)));
      },
    };
  },
};

const POLL_MS = 20;

async function restart(server: LocalServer, signal: NodeJS.Signals, awayMs: number): Promise<void> {
  const pid = await server.pid();
  if (pid !== undefined) process.kill(pid, signal);
  while ((await server.pid()) !== undefined) await delay(POLL_MS);
  await delay(awayMs);
  await server.start();
}

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
  seconds: 20,
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
