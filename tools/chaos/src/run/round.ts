import { join } from 'node:path';
import { FAULT_KINDS } from '../faults/catalogue.ts';
import { Feeder } from '../feed/feeder.ts';
import { TransactionalProducer } from '../feed/transactional-producer.ts';
import { schedule } from '../schedule/schedule.ts';
import { CommittedReader } from '../system/committed-reader.ts';
import type { Services } from '../system/services.ts';
import { openSystem, type System } from '../system/system.ts';
import type { Tally } from '../system/tally.ts';
import { judgeSystem, type Verdict } from '../verdict/verdict.ts';
import { inject } from './inject.ts';
import type { RoundPlan } from './plan.ts';
import { settle } from './settle.ts';
import { simulation } from './simulation.ts';

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly verdict: Verdict;
  readonly tally: Tally;
}

export interface RoundSurroundings {
  readonly services: Services;
  readonly folder: string;
  readonly workerBundle: string;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const PARTITIONS = 12;
const FIRST_WORKERS = 3;

/** Feeds a stream of its own while it is being broken, lets it come to rest, and compares. */
export async function round(plan: RoundPlan, surroundings: RoundSurroundings): Promise<RoundResult> {
  const { services, folder, workerBundle, tell } = surroundings;
  const name = `chaos-${plan.archive}`;
  const { archive, chunkMs, sessionTimeoutMs } = plan;
  const timing = { chunkMs, sessionTimeoutMs };
  const options = { name, folder: join(folder, name), workerBundle, archive, partitions: PARTITIONS, ...timing };
  const system = await openSystem(services, options);
  try {
    await breakWhileFeeding(plan, system, surroundings);
    tell(`${name}: ${system.known.total} records sent; the workers come to rest`);
    await settle(system, plan.kills, surroundings.signal);
    tell(`${name}: comparing`);
    const verdict = await judgeSystem(system);
    for (const point of system.workers.unreached) system.tally.count(`failpoint not reached: ${point.step}`);
    return { plan, verdict, tally: system.tally };
  } finally {
    await system.close();
  }
}

async function breakWhileFeeding(plan: RoundPlan, system: System, { tell, signal }: RoundSurroundings): Promise<void> {
  const { topic, workers, known, feed: hold } = system;
  const planned = schedule({ ...plan, kinds: FAULT_KINDS });
  const seconds = Math.round(plan.durationMs / 1000);
  tell(`${topic.name}: ${plan.events} records in ${seconds} s, ${planned.length} faults`);
  // Faults may take longer than planned: until the last one is over, there is something to save.
  const broken = new AbortController();
  const feeder = new Feeder(known, { kafka: topic.kafka, topic: topic.name, rate: plan.rate, hold, signal });
  workers.resize(FIRST_WORKERS);
  const faults = inject(planned, system, signal).finally(() => {
    broken.abort();
  });
  const transactions = transactionalProducers(plan, system).map((producer, index) =>
    producer.run(simulation({ seed: plan.seed + index, events: plan.events }, NEVER), broken.signal),
  );
  await Promise.all([feeder.send(simulation(plan, broken.signal)), faults, ...transactions]);
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
