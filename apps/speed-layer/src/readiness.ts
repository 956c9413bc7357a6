import type { Condition } from '@antenna/telemetry';
import type { Knex } from 'knex';
import type { ConnectedWorker } from './connect-worker.ts';
import { withAdvice } from './error-guides.ts';

const DATABASE_DEADLINE_MS = 2_000;

/** What readiness is told by. */
export interface ReadinessFacts {
  readonly ingestion: Pick<
    ConnectedWorker['ingestion'],
    'assignedPartitions' | 'isClaimed' | 'openIntents' | 'stoppedPartitions'
  >;
  readonly database: Pick<Knex, 'raw'>;
}

/**
 * Ready when partitions are claimed, predecessors' chunks are redone, and the database answers and can be written to. A
 * version that dies while it redoes a chunk is therefore never ready, and a roll-out ends with its first pod.
 *
 * A partition that stands still is reported, and does not make the worker unready as long as another goes on: neither a
 * restart nor a roll-out that waits would put it in order, and the others are served meanwhile. The metrics have an alert.
 */
export async function readiness({ ingestion, database }: ReadinessFacts): Promise<Condition> {
  const reasons: string[] = [];
  if (!ingestion.isClaimed) reasons.push('no partitions are claimed');
  if (ingestion.openIntents > 0)
    reasons.push(`chunks of predecessors that are still to be redone: ${ingestion.openIntents}`);
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
