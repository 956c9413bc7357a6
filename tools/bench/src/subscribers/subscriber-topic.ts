import { join } from 'node:path';
import { NotProvenError } from '@antenna/oracle';
import { ensureTopic } from '@antenna/simulator';
import type { Kafka } from 'kafkajs';
import { HOUR_MS } from '../hour/hour-truth.ts';
import { sendParts } from '../kafka/kafka-programs.ts';
import { deleteTopic, recordsOf } from '../kafka/kafka-topics.ts';
import { place } from '../stack/bench-stack.ts';
import type { BenchContext } from '../suites/suite.ts';
import { sendClosingMarkers } from '../workload/load-topic.ts';
import { PeriodSums } from './period-sums.ts';
import { type SubscriberEvent, subscriberEvents } from './subscriber-events.ts';
import { SubscriberIds } from './subscriber-ids.ts';
import { linesOf } from './subscriber-lines.ts';
import { readSubscriberTruth, type SubscriberTruth, writeSubscriberTruth } from './subscriber-truth.ts';
import {
  subscribersEndMs,
  subscriberTopic,
  type SubscriberWorkload,
  topicFacts,
  WINDOW_MS,
} from './subscriber-workload.ts';

/** A topic that holds the events of subscribers and its closing markers. */
export interface SubscriberTopic {
  readonly topic: string;
  readonly workload: SubscriberWorkload;
  readonly truth: SubscriberTruth;
}

/** Loads a workload unless it was loaded before: the topics of the benchmark's broker are kept, each with its truth. */
export async function loadSubscribers(
  { kafka, stack, report }: Pick<BenchContext, 'kafka' | 'stack' | 'report'>,
  workload: SubscriberWorkload,
): Promise<SubscriberTopic> {
  const topic = subscriberTopic(workload);
  const path = join(place.truths, `${topic}.json`);
  const { events, partitions } = topicFacts(workload);
  const known = await readSubscriberTruth(path);
  const held = await recordsOf(kafka, topic);
  if (known !== undefined && held === events + partitions) return { topic, workload, truth: known };
  if (held > 0) await deleteTopic(kafka, topic);
  report(`loading ${events.toLocaleString('en-US')} events into ${topic}`);
  const truth = await sendSubscribers({ kafka, brokers: stack.brokers, topic }, workload);
  await writeSubscriberTruth(path, truth);
  return { topic, workload, truth };
}

/** Where to. */
interface Destination {
  readonly kafka: Kafka;
  readonly brokers: string;
  readonly topic: string;
}

/**
 * Sends all events of a workload and the closing markers.
 * @throws {NotProvenError} when the topic then does not hold just these.
 */
export async function sendSubscribers(
  { kafka, brokers, topic }: Destination,
  workload: SubscriberWorkload,
): Promise<SubscriberTruth> {
  const { events, partitions } = topicFacts(workload);
  await ensureTopic(kafka, topic, partitions);
  const ids = new SubscriberIds(workload.users);
  const windows = new PeriodSums(WINDOW_MS, workload.users, ids);
  const hours = new PeriodSums(HOUR_MS, workload.users, ids);
  const added = addedTo([windows, hours], subscriberEvents(workload));
  // No suite compresses its topic.
  await sendParts({ brokers, topic, compression: 'none' }, linesOf(added, ids));
  await sendClosingMarkers(kafka, { topic, partitions, endMs: subscribersEndMs(workload) });
  const held = await recordsOf(kafka, topic);
  if (held !== events + partitions) {
    throw new NotProvenError(`${topic} holds ${held} records instead of ${events + partitions}`);
  }
  return { events, windows: windows.digests(), hours: hours.digests() };
}

function* addedTo(
  sums: readonly PeriodSums[],
  events: Iterable<SubscriberEvent>,
): Generator<SubscriberEvent, void, undefined> {
  for (const event of events) {
    for (const each of sums) each.add(event);
    yield event;
  }
}
