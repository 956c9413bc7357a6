import type { Condition } from '@antenna/telemetry';
import type { Knex } from 'knex';
import type { OpenWorker } from './open-worker.ts';

const DATABASE_DEADLINE_MS = 2_000;

/** Ready when partitions are claimed and the database answers and can be written to. */
export async function readiness({ ingestion, database }: OpenWorker): Promise<Condition> {
  const reasons: string[] = [];
  if (!ingestion.isClaimed) reasons.push('no partitions are claimed');
  try {
    if (await isReadOnly(database)) reasons.push('the database is read-only, as a standby is');
  } catch (error) {
    reasons.push(`the database does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  return reasons.length === 0 ? { ok: true } : { ok: false, reasons };
}

async function isReadOnly(database: Knex): Promise<boolean> {
  const asked = database.raw<{ rows: { setting: string }[] }>(
    `SELECT current_setting('transaction_read_only') AS setting`,
  );
  const { rows } = await asked.timeout(DATABASE_DEADLINE_MS);
  return rows[0]?.setting === 'on';
}
