import type { Report } from '@antenna/local-stack';
import { checkout } from '@antenna/test-kit';
import { execa } from 'execa';
import type { BenchOptions, PeerName } from './bench-settings.ts';
import { archiveClasses } from './contestants/class-archives.ts';
import { installFlink } from './contestants/flink-installation.ts';
import { buildProduct } from './contestants/product.ts';
import { installSpark } from './contestants/spark-installation.ts';
import { kafkaConsumer } from './kafka/kafka-programs.ts';
import { benchKafka } from './kafka/kafka-topics.ts';
import { describeMachine } from './measure/machine.ts';
import { clearRunPlaces } from './stack/run-place.ts';
import {
  type Circumstances,
  noResults,
  readResults,
  type Results,
  type SuiteName,
  writeResults,
} from './report/results.ts';
import { place, type BenchStack, startBenchStack } from './stack/bench-stack.ts';
import type { BenchContext, Peers } from './suites/suite.ts';
import { withSuite } from './suites/suites.ts';

/**
 * Runs the suites, one after the other. The findings of each are kept as soon as it has ended, in place of those of its
 * last run.
 * @returns all findings that are kept.
 */
export async function bench(options: BenchOptions, report: Report): Promise<Results> {
  const peers = await installPeers(options.peers, report);
  report('bundling the product');
  await buildProduct();
  const stack = await startBenchStack(report);
  try {
    await clearRunPlaces(stack);
    const [kafka, consumer] = [benchKafka(stack.brokers), await kafkaConsumer(report)];
    const context: BenchContext = { stack, kafka, consumer, peers, sizes: options.sizes, report };
    if (peers.flink !== undefined) await archiveClasses(peers.flink, context);
    const path = options.isQuick ? place.quickResults : place.results;
    let results = options.isQuick ? noResults : await readResults(path);
    for (const suite of options.suites) {
      results = await resultsWith(suite, context, results);
      await writeResults(path, results);
    }
    return results;
  } finally {
    if (!options.keep) await stack.stop();
  }
}

async function installPeers(names: readonly PeerName[], report: Report): Promise<Peers> {
  return {
    ...(names.includes('spark') ? { spark: await installSpark(report) } : {}),
    ...(names.includes('flink') ? { flink: await installFlink(report) } : {}),
  };
}

async function resultsWith(suite: SuiteName, context: BenchContext, results: Results): Promise<Results> {
  const [startedAt, startedMs] = [new Date().toISOString(), performance.now()];
  context.report(`suite ${suite}`);
  const findings = await withSuite(suite, context, results.findings);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const circumstances: Circumstances = { startedAt, seconds, ...(await surroundings(context.stack)) };
  return { findings, circumstances: { ...results.circumstances, [suite]: circumstances } };
}

async function surroundings({ postgresUrl }: BenchStack): Promise<Pick<Circumstances, 'machine' | 'commit'>> {
  const { stdout } = await execa('git', ['rev-parse', '--short', 'HEAD'], { cwd: checkout, reject: false });
  return { machine: await describeMachine(postgresUrl), commit: stdout };
}
