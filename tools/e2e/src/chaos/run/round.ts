import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  checkTopic,
  Findings,
  judgeStream,
  type KnownRecords,
  type PlacedMessage,
  quotaEventDifferences,
  quotaMessages,
  Replays,
  StoredTables,
  type Verdict,
} from '@antenna/oracle';
import { seededChance } from '@antenna/simulator';
import { ageStagingFiles } from '../../stream.ts';
import { FAULT_KINDS } from '../faults/catalogue.ts';
import { Feeder } from '../feed/feeder.ts';
import { simulation } from '../feed/simulation.ts';
import { TransactionalProducer } from '../feed/transactional-producer.ts';
import { movedStream } from '../phases/moved-stream.ts';
import { restoredDatabase } from '../phases/restored-database.ts';
import { schedule } from '../schedule.ts';
import { CommittedReader } from '../system/committed-reader.ts';
import { lastLines } from '../system/ending.ts';
import type { Bundles } from '../system/programs.ts';
import type { Services } from '../system/services.ts';
import { openSystem, type StreamTopic, type System } from '../system/system.ts';
import type { Tally } from '../system/run-log.ts';
import { inject, watchDifferences } from './inject.ts';
import type { RoundPlan } from './plan.ts';

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly verdict: Verdict;
  readonly tally: Tally;
}

export interface RoundContext {
  readonly services: Services;
  readonly folder: string;
  readonly bundles: Bundles;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const PHASES = [movedStream, restoredDatabase];
const PARTITIONS = 12;
const FIRST_WORKERS = 3;

/** Feeds a stream of its own while it is being broken, lets it come to rest, and compares. */
export async function round(plan: RoundPlan, context: RoundContext): Promise<RoundResult> {
  const { services, folder, bundles, tell } = context;
  const name = `chaos-${plan.archive}`;
  const { archive, chunkMs, sessionTimeoutMs } = plan;
  const timing = { chunkMs, sessionTimeoutMs };
  const options = { name, folder: join(folder, name), bundles, archive, partitions: PARTITIONS, ...timing };
  const system = await openSystem(services, options);
  try {
    await breakWhileFeeding(plan, system, context);
    await changeAsAWhole(plan, system, context);
    const sent = system.topics.reduce((sum, { known }) => sum + known.total, 0);
    tell(`${name}: ${sent} records sent; the workers come to rest`);
    await settle(system, plan.kills, context.signal);
    tell(`${name}: comparing`);
    const verdict = await judgeSystem(system);
    for (const point of system.workers.unreached) system.tally.count(`failpoint not reached: ${point.step}`);
    return { plan, verdict, tally: system.tally };
  } finally {
    await system.close();
  }
}

/** By what the rate is divided once the planned events are sent: more events only make the run longer. */
const SLOWER = 5;

async function breakWhileFeeding(plan: RoundPlan, system: System, { tell, signal }: RoundContext): Promise<void> {
  const { topic, workers, known, feed: hold } = system;
  const planned = schedule({ ...plan, kinds: FAULT_KINDS });
  const seconds = Math.round(plan.durationMs / 1000);
  tell(`${topic.name}: ${plan.events} records in ${seconds} s, ${planned.length} faults`);
  const broken = new AbortController();
  const feeder = (rate: number, until: AbortSignal): Feeder =>
    new Feeder(known, { kafka: topic.kafka, topic: topic.name, rate, hold, signal: until });
  // Faults may take longer than planned: until the last one is over, there is something to save.
  const feed = async (): Promise<void> => {
    await feeder(plan.rate, signal).send(simulation(plan, AbortSignal.abort()));
    const further = simulation({ ...plan, seed: plan.seed + 1 }, broken.signal);
    await feeder(Math.ceil(plan.rate / SLOWER), AbortSignal.any([signal, broken.signal])).send(further);
  };
  workers.resize(FIRST_WORKERS);
  const faults = inject(planned, system, signal).finally(() => {
    broken.abort();
  });
  const transactions = transactionalProducers(plan, system).map((producer, index) =>
    producer.run(simulation({ seed: plan.seed + index, events: plan.events }, NEVER), broken.signal),
  );
  const watched = watchDifferences(system, broken.signal);
  await Promise.all([feed(), faults, watched, ...transactions]);
}

/** A longer round has each phase; in a shorter run each archive has one of them. */
const LONG_MS = 120_000;

async function changeAsAWhole(plan: RoundPlan, system: System, { tell, signal }: RoundContext): Promise<void> {
  const { seed, archive, dealtTo, durationMs, only = '' } = plan;
  const isDealt = (index: number): boolean => durationMs >= LONG_MS || dealtTo[index % dealtTo.length] === archive;
  const phases = PHASES.filter(({ name }, index) => name.includes(only) && isDealt(index));
  for (const phase of phases) {
    tell(`chaos-${archive}: ${phase.name}`);
    system.log(`phase: ${phase.name}`);
    await phase.run(system, { chance: seededChance(seed), signal });
    system.tally.count(`fault ${phase.name}`);
  }
}

const TRANSACTIONAL_PRODUCERS = 4;
const NEVER = new AbortController().signal;

function transactionalProducers({ seed }: RoundPlan, { services, topic, tally, known, feed: hold }: System) {
  const reader = new CommittedReader(services.kafka.address, topic.name);
  return Array.from(
    { length: TRANSACTIONAL_PRODUCERS },
    (_, index) =>
      new TransactionalProducer(known, {
        kafka: topic.kafka,
        topic: topic.name,
        name: `${topic.name}-${index}`,
        seed: seed + index,
        tally,
        hold,
        isVisible: (partition, offset) => reader.isVisible(partition, offset),
      }),
  );
}

const BETWEEN_KILLS_MS = 4_000;
const WORKERS = 4;

/** Makes the kills that are still lacking, stops the workers, drains the topic and computes the due hours. */
async function settle(system: System, kills: number, signal: AbortSignal): Promise<void> {
  while (system.tally.of('worker killed') < kills && !signal.aborted) {
    system.workers.resize(WORKERS);
    system.workers.kill(0, WORKERS);
    await delay(BETWEEN_KILLS_MS);
  }
  await system.workers.stop();
  const staged = await ageStagingFiles(system.archive.stagingFolder);
  system.tally.count('staging files of killed workers', staged);
  await must(system, 'drain', system.speedLayer('drain', ...UNDISTURBED));
  await must(system, 'batch-layer run --due', system.batchLayer('run', '--due'));
  await must(system, 'batch-layer certificate --all', system.batchLayer('certificate', '--all'));
  // A worker sends the quota events of the batch layer's verdicts.
  await must(system, 'drain', system.speedLayer('drain', ...UNDISTURBED));
}

/** No worker is killed any more, so a long session costs no time, and keeps a slow worker in the group. */
const UNDISTURBED = ['--kafka-session-timeout-ms=30000'];

async function must(system: System, what: string, ended: ReturnType<System['batchLayer']>): Promise<void> {
  const { exitCode, signal, printed } = await ended;
  if (exitCode !== 0) system.unexpected.push(`${what} ended with ${String(exitCode ?? signal)}: ${lastLines(printed)}`);
}

/** Compares all that the workers have left with what was sent. No worker may be at work any more. */
async function judgeSystem(system: System): Promise<Verdict> {
  const { database, archive, floors } = system;
  const findings = new Findings();
  for (const problem of [...system.unexpected, ...system.workers.unexpected]) findings.add('unexpected', problem);
  const tables = new StoredTables((statement, parameters) => database.query(statement, parameters));
  for (const topic of system.topics) await checkKnown(system, topic, tables, findings);
  const sent = await quotaMessages(system.quotaTopic.kafka, system.quotaTopic.name);
  const messages = sent.filter((message) => !isUndone(system, message));
  const floorMs = Math.max(floors.windowsMs ?? -Infinity, floors.hoursMs ?? -Infinity);
  for (const difference of await quotaEventDifferences(tables, messages, floorMs))
    findings.add('quota event', difference);
  system.tally.count('messages of quota events', messages.length);
  system.tally.count('messages of quota events that were undone', sent.length - messages.length);
  const { stagingFolder } = archive;
  const topics = system.topics.map(({ topic: { name }, known, deletions }) => ({ name, known, deletions }));
  return judgeStream({ tables, archiveFolder: await archive.collect(), stagingFolder, floors }, topics, findings);
}

/** A message of the time that a restore has undone: its event comes again under the same id, or not at all. */
function isUndone({ undoneQuotaEvents }: System, { partition, offset, value }: PlacedMessage): boolean {
  const { id } = JSON.parse(value) as { id: string };
  const end = undoneQuotaEvents?.offsets.get(partition)?.high ?? 0;
  return offset < end && undoneQuotaEvents?.ids.has(id) === true;
}

/** Compares what is known of a topic with what Kafka's own consumer reads there. */
async function checkKnown(
  { services }: System,
  { topic, known }: StreamTopic,
  tables: StoredTables,
  findings: Findings,
): Promise<void> {
  const firstOffsets = new Map(Array.from(await topic.offsets(), ([partition, { low }]) => [partition, low]));
  const replays = await Replays.read(tables.of(topic.name), known);
  const committed = new CommittedReader(services.kafka.address, topic.name).all(lastKnown(known, firstOffsets));
  await checkTopic({ committed, firstOffsets, replays }, known, findings);
}

/** The greatest offset of each partition that has a known record which the topic still holds. */
function lastKnown(known: KnownRecords, firstOffsets: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const last = Array.from(firstOffsets, ([partition, low]) => [partition, known.end(partition) - 1, low] as const);
  return new Map(last.filter(([, offset, low]) => offset >= low).map(([partition, offset]) => [partition, offset]));
}
