import type { Condition } from '@antenna/telemetry';
import type { OpenWorker } from './open-worker.ts';

const DATABASE_DEADLINE_MS = 2_000;

/** Ready when partitions are claimed and the database answers. */
export async function readiness({ ingestion, database }: OpenWorker): Promise<Condition> {
  const reasons: string[] = [];
  if (!ingestion.isClaimed) reasons.push('no partitions are claimed');
  try {
    await database.raw('SELECT 1').timeout(DATABASE_DEADLINE_MS);
  } catch (error) {
    reasons.push(`the database does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  return reasons.length === 0 ? { ok: true } : { ok: false, reasons };
}
