import { setTimeout as delay } from 'node:timers/promises';
import { ageStagingFiles } from '../../stream.ts';
import { lastLines } from '../system/ending.ts';
import type { System } from '../system/system.ts';

const BETWEEN_KILLS_MS = 4_000;
const WORKERS = 4;

/** Ends the faults' work: the kills that are still lacking, the workers, then everything that the topic still holds. */
export async function settle(system: System, kills: number, signal: AbortSignal): Promise<void> {
  while (system.tally.of('worker killed') < kills && !signal.aborted) {
    system.workers.resize(WORKERS);
    system.workers.kill(0, WORKERS);
    await delay(BETWEEN_KILLS_MS);
  }
  await system.workers.stop();
  const staged = await ageStagingFiles(system.archive.stagingFolder);
  system.tally.count('staging files of killed workers', staged);
  await must(system, 'drain', system.speedLayer('drain', ...UNDISTURBED));
  await must(system, 'batch-layer run --due', system.batchLayer('run', '--due'));
}

/** Nobody dies any more: on a busy machine, a worker need not be quick to stay in the group. */
const UNDISTURBED = ['--kafka-session-timeout-ms=30000'];

async function must(system: System, what: string, ended: ReturnType<System['batchLayer']>): Promise<void> {
  const { exitCode, signal, printed } = await ended;
  if (exitCode !== 0) system.unexpected.push(`${what} ended with ${String(exitCode ?? signal)}: ${lastLines(printed)}`);
}
