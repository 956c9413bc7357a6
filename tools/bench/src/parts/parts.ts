import { join } from 'node:path';
import type { Report } from '@antenna/local-stack';
import { checkout, type CommandLine, nodeCommand } from '@antenna/test-kit';
import { addingUsers } from '../contestants/contestant.ts';
import { deployment, product } from '../contestants/product.ts';
import { benchKafka } from '../kafka/kafka-topics.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { type BenchStack, withServerUsage } from '../stack/bench-stack.ts';
import { inRunPlace, type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { type LoadedTopic, loadTopic } from '../workload/load-topic.ts';
import { verifyWindows } from '../workload/verify.ts';
import { endMs, usersOf, type Workload } from '../workload/workload.ts';
import { READING_PARTS, type ReadingPart } from './reading-parts.ts';

/** Whole drains: into the totals alone, and into both sinks. */
const DRAINS = { totals: 'totals', both: 'totals,archive' } as const;

export type PartName = ReadingPart | keyof typeof DRAINS;

/** CPU seconds that one run took of the worker (or of the program in its place), of Postgres and of the broker. */
export interface PartRun {
  readonly name: PartName;
  readonly worker: number;
  readonly postgres: number;
  readonly broker: number;
}

/**
 * Runs the reading program up to each part, then the whole drains, and all of this `rounds` times.
 * @throws {NotProvenError} when a row of a drain is not the truth.
 */
export async function measureParts(
  stack: BenchStack,
  { workload, rounds, report }: { readonly workload: Workload; readonly rounds: number; readonly report: Report },
): Promise<readonly PartRun[]> {
  const loaded = await loadTopic(benchKafka(stack.brokers), workload, report);
  const runs: PartRun[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of READING_PARTS) runs.push(await reading(stack, name, loaded));
    for (const name of ['totals', 'both'] as const) runs.push(await drain(stack, name, loaded));
    report(
      `round ${round}: ${runs
        .slice(-READING_PARTS.length - 2)
        .map(textOf)
        .join(', ')}`,
    );
  }
  return runs;
}

function textOf({ name, worker }: PartRun): string {
  return `${name} ${worker.toFixed(2)} CPU s`;
}

/** CPU seconds of a worker, by part. They add up to those of a drain into totals and archive. */
export type PartSeconds = Readonly<Record<ReadingPart | 'commit' | 'encode', number>>;

/**
 * The time of a part is what its program takes more than the one without it.
 * @param median the CPU seconds of each program.
 */
export function partSeconds(median: (name: PartName) => number): PartSeconds {
  const collect = median('collect') - median('add');
  return {
    start: median('start'),
    receive: median('receive') - median('start'),
    decode: median('decode') - median('receive'),
    add: median('add') - median('decode'),
    commit: median('totals') - median('add'),
    collect,
    encode: median('both') - median('totals') - collect,
  };
}

function reading(stack: BenchStack, part: ReadingPart, { topic }: LoadedTopic): Promise<PartRun> {
  return inRunPlace(stack, (at) => {
    const { flags, env } = deployment('speed-layer');
    const program = join(checkout, 'tools/bench/src/parts/reading-program.ts');
    return measured(stack, part, nodeCommand([...flags, program, part], { ...env, ...workerEnvironment(at, topic) }));
  });
}

function drain(
  stack: BenchStack,
  name: keyof typeof DRAINS,
  { topic, workload, truth }: LoadedTopic,
): Promise<PartRun> {
  return inRunPlace(stack, async (at: RunPlace) => {
    await product.prepare(at, addingUsers(usersOf(workload)));
    const command = product.drain(at, topic);
    const run = await measured(stack, name, { ...command, env: { ...command.env, SINKS: DRAINS[name] } });
    await verifyWindows(at.databaseUrl, truth, endMs(workload));
    return run;
  });
}

async function measured(stack: BenchStack, name: PartName, command: CommandLine): Promise<PartRun> {
  const [{ usage }, servers] = await withServerUsage(stack, () => runMeasured([command]));
  return {
    name,
    worker: usage.cpuSeconds,
    postgres: servers.postgresCpuSeconds,
    broker: servers.brokerCpuSeconds,
  };
}
