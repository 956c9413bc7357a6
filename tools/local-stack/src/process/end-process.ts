import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';

const pollMs = 20;
const killDeadlineMs = 10_000;

/**
 * Asks a process to end and waits for it; what has not ended after `patienceMs` is killed. With SIGKILL, its children
 * are killed with it: they could hold on to files and memory that its successor needs.
 */
export async function endProcess(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const family = signal === 'SIGKILL' ? [pid, ...(await childrenOf(pid))] : [pid];
  const members = await Promise.all(
    family.map(async (member) => ({ pid: member, identity: await identityOf(member) })),
  );
  if (await haveEnded(members, signal, patienceMs)) return;
  await haveEnded(members, 'SIGKILL', killDeadlineMs);
}

interface Member {
  readonly pid: number;
  readonly identity: string | undefined;
}

async function haveEnded(members: readonly Member[], signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  for (const member of members) {
    if (await isAlive(member)) send(member.pid, signal);
  }
  const end = Date.now() + patienceMs;
  while ((await Promise.all(members.map(isAlive))).includes(true)) {
    if (Date.now() > end) return false;
    await delay(pollMs);
  }
  return true;
}

async function isAlive({ pid, identity }: Member): Promise<boolean> {
  return identity !== undefined && (await identityOf(pid)) === identity;
}

/** A process may end between the look and the signal. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
