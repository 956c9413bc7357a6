import { numberText } from '@antenna/cli';
import { kafkaClient, type KafkaConnection, type KafkaLog } from '@antenna/event-source';
import { Truth, writeTruthFile } from '@antenna/oracle';
import type { Kafka } from 'kafkajs';
import { rm } from 'node:fs/promises';
import { ensureTopic, patientClient, reachKafka } from './reach-kafka.ts';
import { produce } from './produce.ts';
import { showRecords } from './progress.ts';
import type { SendingOptions } from './sending-settings.ts';
import { simulate, type SimulatedRecord, type SimulationOptions } from './simulate.ts';
import { Tally } from './tally.ts';

export interface RunOptions {
  readonly kafka: KafkaConnection;
  readonly simulation: SimulationOptions;
  readonly sending: SendingOptions;
}

/**
 * Simulates and sends. The signal ends it early, with what was acknowledged until then.
 * @returns the summary.
 * @throws {KafkaUnreachableError | DeliveryUnknownError} without leaving a truth file.
 */
export function run(options: RunOptions, signal: AbortSignal): Promise<string> {
  const { topic } = options.kafka;
  const log = complaintsOnce();
  return keepingTruth(options.sending.truthFile, async (truth) => {
    const partitions = await openTopic(options, log);
    const tally = new Tally();
    const startedMs = performance.now();
    await sendSimulated(patientClient(options.kafka, log), options, signal, (record) => {
      tally.add(record);
      truth?.addFact(record.fact);
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const speed = `${seconds.toFixed(1)} s (${numberText(Math.round(tally.records / seconds))}/s)`;
    return `sent ${numberText(tally.records)} records to ${topic} (${partitions} partitions) in ${speed}: ${tally.toString()}`;
  });
}

/** @returns how many partitions the topic has. */
async function openTopic({ kafka: connection, sending }: RunOptions, log: KafkaLog): Promise<number> {
  const kafka = kafkaClient(connection, 'simulator', log);
  await reachKafka(connection.brokers, async () => {
    const admin = kafka.admin();
    await admin.connect().finally(() => admin.disconnect());
  });
  return ensureTopic(kafka, connection.topic, sending.partitions);
}

/** The truth of an earlier run would be taken for this one's, if this one failed: so it is removed first. */
async function keepingTruth<T>(path: string | undefined, work: (truth?: Truth) => Promise<T>): Promise<T> {
  if (path === undefined) return work();
  await rm(path, { force: true });
  const truth = new Truth();
  const result = await work(truth);
  await writeTruthFile(path, truth);
  return result;
}

async function sendSimulated(
  kafka: Kafka,
  { kafka: { topic }, simulation, sending: { rate } }: RunOptions,
  signal: AbortSignal,
  acknowledge: (record: SimulatedRecord) => void,
): Promise<void> {
  const progress = showRecords(simulation.events, process.stderr);
  let sent = 0;
  const onAcknowledged = (records: readonly SimulatedRecord[]): void => {
    records.forEach(acknowledge);
    progress.reach((sent += records.length));
  };
  try {
    await produce(kafka, simulate(simulation), { topic, rate, signal, onAcknowledged });
  } finally {
    progress.stop();
  }
}

/** Shows each of the client's complaints once: while a broker is away it repeats them several times a second. */
function complaintsOnce(): KafkaLog {
  // The client fears for a sequence that goes on after a batch was given up; ours does not go on.
  const shown = new Set(['Limiting retries for the idempotent producer may invalidate EoS guarantees']);
  return (message, { error }) => {
    const complaint = typeof error === 'string' ? `${message}: ${error}` : message;
    if (!shown.has(message)) process.stderr.write(`Kafka client: ${complaint}\n`);
    shown.add(message);
  };
}
