import { setTimeout as delay } from 'node:timers/promises';
import { within } from '@antenna/test-kit';
import { StoredTables } from '@antenna/oracle';
import type { Fault, Resource } from '../faults/fault.ts';
import type { PlannedFault } from '../schedule.ts';
import type { System } from '../system/system.ts';

/**
 * Injects one fault after the other, whatever else is still broken at that moment; only of those that need the same
 * resource the second waits for the first. Workers that do nothing cannot be hurt: so before each fault they have to
 * have saved something since the one before, or a bounded time passes.
 * @returns when the last one is over and undone.
 */
export async function inject(planned: readonly PlannedFault[], system: System, signal: AbortSignal): Promise<void> {
  const patienceMs = Math.min(LONGEST_PATIENCE_MS, 2 * averageOf(planned.map(({ afterMs }) => afterMs)));
  const queues = new Map<Resource, Promise<void>>();
  const injected: Promise<void>[] = [];
  let saved = await system.database.saved();
  for (const { afterMs, fault } of planned) {
    await delay(afterMs, undefined, { signal });
    saved = await laterThan(saved, system, patienceMs);
    const turn = (fault.resource === undefined ? undefined : queues.get(fault.resource)) ?? Promise.resolve();
    const over = turn.then(() => injectOne(fault, system));
    if (fault.resource !== undefined) queues.set(fault.resource, over);
    injected.push(over);
  }
  await Promise.all(injected);
}

const POLL_MS = 250;
const LONGEST_PATIENCE_MS = 5_000;

async function laterThan(saved: number, system: System, patienceMs: number): Promise<number> {
  const isLater = async (): Promise<number | undefined> => {
    const now = await system.database.saved();
    return now === saved ? undefined : now;
  };
  const now = await within(patienceMs, isLater, POLL_MS);
  system.tally.count(`faults while ${now === undefined ? 'nothing' : 'something'} was being saved`);
  return now ?? saved;
}

async function injectOne(fault: Fault, system: System): Promise<void> {
  system.log(`fault: ${fault.text}`);
  try {
    await fault.inject(system);
    system.tally.count(`fault ${fault.name}`);
  } catch (error) {
    system.unexpected.push(`${fault.text} could not be done: ${String(error)}`);
  }
  system.log(`fault over: ${fault.text}`);
}

function averageOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}

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
