import { join } from 'node:path';
import { ProductError } from '@antenna/cli';
import { checkout } from '@antenna/test-kit';
import { bundleLayers } from '../system/programs.ts';
import { startServices } from '../system/services.ts';
import { SmallDisk } from '../system/small-disk.ts';
import type { ChaosPlan } from './plan.ts';
import { details, differences, resultLine } from './result-text.ts';
import { round, type RoundResult } from './round.ts';

/** Of this checkout; runs keep their data and logs there. */
export const CHAOS_FOLDER = join(checkout, '.local/chaos');

/** A record was lost or counted twice, or a stored row is wrong. */
class ChaosFoundError extends ProductError {
  readonly code = 'CHAOS_FOUND';
}

interface ChaosContext {
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Breaks the system as planned and prints the outcome as one line of standard output.
 * @throws {ChaosFoundError} when anything is not as it should be.
 */
export async function chaos(plan: ChaosPlan, { tell, signal }: ChaosContext): Promise<void> {
  const startedMs = performance.now();
  const places = { stack: join(CHAOS_FOLDER, 'stack'), runs: join(CHAOS_FOLDER, 'runs') };
  for (const { archive } of plan.rounds) await SmallDisk.forget(join(places.runs, `chaos-${archive}`, 'archive'));
  const bundles = await bundleLayers(join(CHAOS_FOLDER, 'worker'));
  const services = await startServices(places.stack, tell);
  const results: RoundResult[] = [];
  try {
    for (const each of plan.rounds) {
      const result = await round(each, { services, folder: places.runs, bundles, tell, signal });
      for (const line of details(result)) tell(line);
      results.push(result);
    }
  } finally {
    await services.close();
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  process.stdout.write(`${resultLine(results, plan.asked, seconds)}\n`);
  const found = differences(results);
  if (found > 0) throw new ChaosFoundError(`${found} differences, shown above; the log is in ${places.runs}`);
}
