import { setTimeout as delay } from 'node:timers/promises';
import { type LocalServer } from '@antenna/local-stack';
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
      inject: ({ services }) => restart(services.servers.postgres, 'SIGQUIT', awayMs),
    };
  },
};

/** The only broker killed, and started. */
export const restartBroker: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const awayMs = chance.integer(0, 3_000);
    return {
      name: 'broker killed and restarted',
      text: `broker away for ${awayMs} ms`,
      resource: 'kafka',
      inject: ({ services }) => restart(services.servers.kafka, 'SIGKILL', awayMs),
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
