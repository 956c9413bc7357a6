import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@antenna/local-stack';
import { NotProvenError, readTruthFile, Truth, writeTruthFile } from '@antenna/oracle';
import { ensureTopic, produce } from '@antenna/simulator';
import type { Kafka } from 'kafkajs';
import { deleteTopic, recordsOf } from '../kafka/kafka-topics.ts';
import { place } from '../stack/bench-stack.ts';
import { deviceId, endMs, factsOf, topicOf, type Workload, type WorkloadRecord, workloadRecords } from './workload.ts';

/** A topic that holds a workload and its closing markers. */
export interface LoadedTopic {
  readonly topic: string;
  readonly workload: Workload;
  readonly truth: Truth;
}

/** Loads a workload unless it was loaded before: the topics of the benchmark's broker are kept. */
export async function loadTopic(kafka: Kafka, workload: Workload, report: Report): Promise<LoadedTopic> {
  const topic = topicOf(workload);
  const path = join(place.truths, `${factsOf(workload)}.json`);
  const known = existsSync(path) ? await readTruthFile(path) : undefined;
  const wanted = workload.events + workload.partitions;
  const held = await recordsOf(kafka, topic);
  if (known !== undefined && held === wanted) return { topic, workload, truth: known };
  if (held > 0) await deleteTopic(kafka, topic);
  report(`loading ${workload.events.toLocaleString('en-US')} events into ${topic}`);
  const truth = await load(kafka, workload, known);
  const loaded = await recordsOf(kafka, topic);
  if (loaded !== wanted) throw new NotProvenError(`${topic} holds ${loaded} records instead of ${wanted}`);
  if (known === undefined) {
    await mkdir(place.truths, { recursive: true });
    await writeTruthFile(path, truth);
  }
  return { topic, workload, truth };
}

async function load(kafka: Kafka, workload: Workload, known: Truth | undefined): Promise<Truth> {
  const topic = topicOf(workload);
  await ensureTopic(kafka, topic, workload.partitions);
  const truth = known ?? new Truth();
  await produce(kafka, known === undefined ? addedTo(truth, workload) : workloadRecords(workload), { topic });
  await sendClosingMarkers(kafka, { topic, partitions: workload.partitions, endMs: endMs(workload) });
  return truth;
}

function* addedTo(truth: Truth, workload: Workload): Generator<WorkloadRecord, void, undefined> {
  for (const record of workloadRecords(workload)) {
    truth.add(record.fact);
    yield record;
  }
}

const HOUR_MS = 3_600_000;

interface LoadedEvents {
  readonly topic: string;
  readonly partitions: number;
  /** All event times are before it. */
  readonly endMs: number;
}

/**
 * Sends an event of no bytes to each partition, an hour after the last one: Spark's append mode writes a window only
 * once later events have moved its watermark past it. Every contestant reads them; no truth knows them.
 */
export async function sendClosingMarkers(kafka: Kafka, loaded: LoadedEvents): Promise<void> {
  const { topic, partitions } = loaded;
  const seconds = (loaded.endMs + HOUR_MS) / 1000;
  const [id, antenna] = [deviceId('closing marker'), deviceId('antenna of the closing marker')];
  const value = `{"timestamp":${seconds},"id":"${id}","antenna_id":"${antenna}","bytes":0,"app":"SKYPE"}`;
  const messages = Array.from({ length: partitions }, (_, partition) => ({ key: id, value, partition }));
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}
