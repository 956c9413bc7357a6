import type { Report } from '@antenna/local-stack';
import type { Kafka } from 'kafkajs';
import type { Sizes } from '../bench-settings.ts';
import type { FlinkInstallation } from '../contestants/flink-installation.ts';
import type { SparkInstallation } from '../contestants/spark-installation.ts';
import type { KafkaConsumer } from '../kafka/kafka-programs.ts';
import type { BatchRun, DrainRun, FreshnessRun, IdleRun } from '../report/results.ts';
import type { BenchStack } from '../stack/bench-stack.ts';

/** The peers that are measured beside the product. */
export interface Peers {
  readonly spark?: SparkInstallation;
  readonly flink?: FlinkInstallation;
}

/** What every suite works with. */
export interface BenchContext {
  readonly stack: BenchStack;
  readonly kafka: Kafka;
  readonly consumer: KafkaConsumer;
  readonly peers: Peers;
  readonly sizes: Sizes;
  readonly report: Report;
}

const MIB = 1_048_576;

/** A line for people who wait. */
export function drainText(drain: DrainRun, batch?: BatchRun): string {
  const perSecond = Math.round(drain.events / drain.drainSeconds).toLocaleString('en-US');
  const used = `${drain.cpuSeconds.toFixed(1)} CPU s, ${Math.round(drain.peakMemoryBytes / MIB)} MiB`;
  const size = `${(drain.archiveBytes / drain.events).toFixed(2)} bytes/event archived`;
  const text = `${drain.contestant}: ${perSecond} events/s, ${used}, ${size}`;
  return batch === undefined ? text : `${text}; ${batchText(batch)}`;
}

export function batchText({ contestant, events, files, wallSeconds, cpuSeconds, peakMemoryBytes }: BatchRun): string {
  const what = `${contestant}: hour of ${events.toLocaleString('en-US')} events in ${files} files`;
  return `${what}: ${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${Math.round(peakMemoryBytes / MIB)} MiB`;
}

export function freshnessText({ contestant, eventsPerSecond, p50Ms, p99Ms, probes, missing }: FreshnessRun): string {
  const times = `p50 ${p50Ms?.toFixed(0) ?? '-'} ms, p99 ${p99Ms?.toFixed(0) ?? '-'} ms`;
  const rate = Math.round(eventsPerSecond).toLocaleString('en-US');
  return `${contestant} at ${rate} events/s: ${times} (${probes} probes, ${missing} missing)`;
}

export function idleText({ contestant, worker, postgres, broker }: IdleRun): string {
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  return `${contestant} idle: ${percent(worker)} of a core, Postgres ${percent(postgres)}, broker ${percent(broker)}`;
}
