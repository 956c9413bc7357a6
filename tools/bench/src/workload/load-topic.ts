import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@antenna/local-stack';
import { ensureTopic, produce } from '@antenna/simulator';
import { readTruthFile, Truth, writeTruthFile } from '@antenna/truth';
import type { Kafka } from 'kafkajs';
import { WrongResultError } from '../errors.ts';
import { place } from '../place.ts';
import { deleteTopic, recordsOf } from '../stack/bench-kafka.ts';
import { sendClosingMarkers } from './closing-markers.ts';
import { factsOf, topicOf, type Workload } from './workload.ts';
import { workloadRecords, type WorkloadRecord } from './workload-records.ts';

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
  if (loaded !== wanted) throw new WrongResultError(`${topic} holds ${loaded} records instead of ${wanted}`);
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
  await sendClosingMarkers(kafka, topic, workload);
  return truth;
}

function* addedTo(truth: Truth, workload: Workload): Generator<WorkloadRecord, void, undefined> {
  for (const record of workloadRecords(workload)) {
    truth.add(record.fact);
    yield record;
  }
}
