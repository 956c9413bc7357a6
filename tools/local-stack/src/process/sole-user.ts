import { ProductError } from '@antenna/cli';
import { randomUUID } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processFile } from './process-file.ts';

/** Another process works on the same stack. */
class StackBusyError extends ProductError {
  readonly code = 'STACK_BUSY';
}

const pollMs = 100;
const patienceMs = 300_000;

/**
 * Does some work on a stack while no other process does. The lock of a process that has ended counts for nothing.
 * @throws {StackBusyError} when another was at work for five minutes.
 */
export async function asSoleUser<T>(home: string, work: () => Promise<T>): Promise<T> {
  await mkdir(home, { recursive: true });
  const lock = join(home, 'lock');
  const end = performance.now() + patienceMs;
  while (!(await taken(lock))) {
    const holder = await processFile(lock).running();
    if (holder === undefined) await rm(lock, { force: true });
    else if (performance.now() > end) throw new StackBusyError(`process ${holder.pid} works on ${home}; wait for it`);
    else await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A link appears with its content, so that no one ever finds a lock without a holder. */
async function taken(lock: string): Promise<boolean> {
  const mine = `${lock}.${randomUUID()}`;
  await processFile(mine).remember({ pid: process.pid, address: lock });
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}
