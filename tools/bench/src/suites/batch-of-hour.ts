import type { Truth } from '@antenna/oracle';
import { addingUsers, type Contestant } from '../contestants/contestant.ts';
import { product } from '../contestants/product.ts';
import { spark } from '../contestants/spark.ts';
import { hourArchive } from '../hour/hour-archive.ts';
import { type HourFacts, hourTruth, hourUsers } from '../hour/hour-truth.ts';
import { runMeasured, type Usage } from '../measure/run-measured.ts';
import type { BatchRun } from '../report/results.ts';
import { inRunPlace } from '../stack/run-place.ts';
import { verifyHour } from '../workload/verify.ts';
import { type BenchUser, FROM_MS } from '../workload/workload.ts';
import { batchText, type BenchContext } from './suite.ts';

/** How often each computes the hour. */
export interface HourRounds {
  readonly product: number;
  readonly spark: number;
}

/** Computes the same hour, of the same files, by each contestant in turn. */
export async function batchOfHour(context: BenchContext, facts: HourFacts, rounds: HourRounds): Promise<BatchRun[]> {
  const {
    peers: { spark: peer },
    report,
  } = context;
  const hour = { archive: await hourArchive(facts, report), truth: hourTruth(facts), users: hourUsers(facts) };
  const entries = [
    { contestant: product, rounds: rounds.product },
    ...(peer === undefined ? [] : [{ contestant: spark(peer, 'combined'), rounds: rounds.spark }]),
  ];
  const runs: BatchRun[] = [];
  for (let round = 0; round < Math.max(rounds.product, rounds.spark); round++) {
    for (const { contestant } of entries.filter((entry) => round < entry.rounds)) {
      const run = { contestant: contestant.name, ...facts, ...(await measured(context, contestant, hour)) };
      report(batchText(run));
      runs.push(run);
    }
  }
  return runs;
}

interface Hour {
  readonly archive: string;
  readonly truth: Truth;
  readonly users: readonly BenchUser[];
}

function measured({ stack }: BenchContext, contestant: Contestant, { archive, truth, users }: Hour): Promise<Usage> {
  return inRunPlace(stack, async (at) => {
    await contestant.prepare(at, addingUsers(users));
    const { usage } = await runMeasured([contestant.batchHour({ ...at, archive }, FROM_MS)]);
    await verifyHour(at.databaseUrl, { truth, users, hourMs: FROM_MS });
    return usage;
  });
}
