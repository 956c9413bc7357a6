import type { Condition } from '@antenna/telemetry';
import type { Knex } from 'knex';
import type { ConnectedWorker } from './connect-worker.ts';
import { withAdvice } from './error-guides.ts';

const DATABASE_DEADLINE_MS = 2_000;

/** The state that readiness depends on. */
export interface ReadinessFacts {
  readonly ingestion: Pick<
    ConnectedWorker['ingestion'],
    'assignedPartitions' | 'isClaimed' | 'openIntents' | 'stoppedPartitions'
  >;
  readonly database: Pick<Knex, 'raw'>;
}

/**
 * A worker is ready when its partitions are claimed, the open chunks of earlier workers are redone, and the database
 * answers and is writable. A version that crashes while it redoes a chunk is therefore never ready, and a roll-out
 * stops at its first pod.
 *
 * A stopped partition is reported, but the worker stays ready as long as another partition advances: neither a restart
 * nor a waiting roll-out would repair the fault, and the other partitions are served meanwhile. An alert covers the
 * fault.
 */
export async function readiness({ ingestion, database }: ReadinessFacts): Promise<Condition> {
  const reasons: string[] = [];
  if (!ingestion.isClaimed) reasons.push('no partitions are claimed');
  if (ingestion.openIntents > 0)
    reasons.push(`open chunks of earlier workers that are not redone yet: ${ingestion.openIntents}`);
  try {
    if (await isReadOnly(database)) reasons.push('the database is read-only, as a standby is');
  } catch (error) {
    reasons.push(`the database does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { assignedPartitions, stoppedPartitions } = ingestion;
  const notes = [...stoppedPartitions].map(
    ([partition, fault]) => `partition ${partition} stands still: ${fault.code}: ${withAdvice(fault).message}`,
  );
  if (stoppedPartitions.size > 0 && stoppedPartitions.size === assignedPartitions.length) reasons.push(...notes);
  return reasons.length === 0 ? { ok: true, notes } : { ok: false, reasons };
}

async function isReadOnly(database: Pick<Knex, 'raw'>): Promise<boolean> {
  const asked = database.raw<{ rows: { setting: string }[] }>(
    `SELECT current_setting('transaction_read_only') AS setting`,
  );
  const { rows } = await asked.timeout(DATABASE_DEADLINE_MS);
  return rows[0]?.setting === 'on';
}
