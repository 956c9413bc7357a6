import { setTimeout as delay } from 'node:timers/promises';
import { StoredTables } from '@antenna/oracle';
import type { System } from '../system/system.ts';

const BETWEEN_MS = 3_000;

/**
 * Asks again and again, whatever is broken at that moment, whether every byte of the difference between speed and batch
 * layer has a cause. It has one in every snapshot of the database, not only when the workers rest.
 */
export async function watchDifferences({ database, tally, unexpected }: System, signal: AbortSignal): Promise<void> {
  const tables = new StoredTables((statement, parameters) => database.query(statement, parameters));
  while (!signal.aborted) {
    const rows = await tables.reconciliation();
    const explained = rows.filter(({ unexplained }) => unexplained === 0n).length;
    tally.count('reconciliation while faults were injected');
    if (explained < rows.length) {
      const found = rows
        .filter(({ unexplained }) => unexplained !== 0n)
        .map((row) => `${row.hour} ${row.type} ${row.unexplained}`);
      unexpected.push(`bytes without a cause while faults were injected: ${found.slice(0, 5).join(', ')}`);
    }
    await delay(BETWEEN_MS, undefined, { signal }).catch(() => undefined);
  }
}
