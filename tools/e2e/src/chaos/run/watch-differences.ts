import { setTimeout as delay } from 'node:timers/promises';
import { StoredTables } from '@antenna/oracle';
import type { System } from '../system/system.ts';

const BETWEEN_MS = 3_000;

/**
 * Checks every few seconds, while faults are injected, that every byte of the difference between speed and batch layer
 * has a cause: this holds in every snapshot of the database, not only when no worker runs.
 */
export async function watchDifferences({ database, tally, unexpected }: System, signal: AbortSignal): Promise<void> {
  const tables = new StoredTables((statement, parameters) => database.query(statement, parameters));
  while (!signal.aborted) {
    const rows = await tables.reconciliation();
    const differing = rows.filter(({ unexplained }) => unexplained !== 0n);
    tally.count('reconciliation while faults were injected');
    if (differing.length > 0) {
      const texts = differing.slice(0, 5).map((row) => `${row.hour} ${row.type} ${row.unexplained}`);
      unexpected.push(`bytes without a cause while faults were injected: ${texts.join(', ')}`);
    }
    await delay(BETWEEN_MS, undefined, { signal }).catch(() => undefined);
  }
}
