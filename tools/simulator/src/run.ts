import { kafkaClient, type KafkaLog } from '@antenna/event-source';
import type { KafkaConnection } from '@antenna/settings';
import { Truth, writeTruthFile } from '@antenna/truth';
import type { Kafka } from 'kafkajs';
import { rm } from 'node:fs/promises';
import { ensureTopic } from './ensure-topic.ts';
import { produce } from './produce.ts';
import { showProgress } from './progress.ts';
import { reachKafka } from './reach-kafka.ts';
import type { SendingOptions } from './sending-settings.ts';
import { simulate, type SimulatedRecord, type SimulationOptions } from './simulate.ts';
import { addToTruth, grouped, Tally } from './tally.ts';

export interface RunOptions {
  readonly kafka: KafkaConnection;
  readonly simulation: SimulationOptions;
  readonly sending: SendingOptions;
}

/**
 * Simulates and sends. The signal ends it early, with what was acknowledged until then.
 * @returns the summary.
 */
export async function run(options: RunOptions, signal: AbortSignal): Promise<string> {
  const { kafka: connection, sending } = options;
  const kafka = kafkaClient(connection, 'simulator', complaintsOnce());
  const partitions = await reachKafka(connection.brokers, () =>
    ensureTopic(kafka, connection.topic, sending.partitions),
  );
  const tally = new Tally();
  const startedMs = performance.now();
  await keepingTruth(sending.truthFile, (truth) =>
    sendSimulated(kafka, options, signal, (record) => {
      tally.add(record);
      if (truth !== undefined) addToTruth(truth, record);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const speed = `${seconds.toFixed(1)} s (${grouped(Math.round(tally.records / seconds))}/s)`;
  const topic = `${connection.topic} (${partitions} partitions)`;
  return `sent ${grouped(tally.records)} records to ${topic} in ${speed}: ${tally.toString()}`;
}

/** The truth of an earlier run would be taken for this one's, if this one failed: so it is removed first. */
async function keepingTruth(path: string | undefined, work: (truth?: Truth) => Promise<void>): Promise<void> {
  if (path === undefined) return work();
  await rm(path, { force: true });
  const truth = new Truth();
  await work(truth);
  await writeTruthFile(path, truth);
}

async function sendSimulated(
  kafka: Kafka,
  { kafka: { topic }, simulation, sending: { rate } }: RunOptions,
  signal: AbortSignal,
  acknowledge: (record: SimulatedRecord) => void,
): Promise<void> {
  const progress = showProgress(simulation.events, process.stderr);
  let sent = 0;
  const onAcknowledged = (records: readonly SimulatedRecord[]): void => {
    records.forEach(acknowledge);
    progress.update((sent += records.length));
  };
  try {
    await produce(kafka, simulate(simulation), { topic, rate, signal, onAcknowledged });
  } finally {
    progress.stop();
  }
}

/** Tells each of the client's complaints once: while a broker is away it repeats them several times a second. */
function complaintsOnce(): KafkaLog {
  // The client fears for a sequence that goes on after a batch was given up; ours does not go on.
  const told = new Set(['Limiting retries for the idempotent producer may invalidate EoS guarantees']);
  return (message) => {
    if (!told.has(message)) process.stderr.write(`Kafka client: ${message}\n`);
    told.add(message);
  };
}
