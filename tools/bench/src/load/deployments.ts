import { setTimeout as delay } from 'node:timers/promises';
import { withTables } from '@antenna/oracle';
import { ensureTopic } from '@antenna/simulator';
import { until } from '@antenna/test-kit';
import { buildProduct } from '../contestants/product.ts';
import { sendBlocks } from '../kafka/kafka-programs.ts';
import { benchKafka, recordsOf } from '../kafka/kafka-topics.ts';
import { withDatabase } from '../stack/database.ts';
import type { RunPlace } from '../stack/run-place.ts';
import { delaysOf } from '../suites/freshness.ts';
import { probeEvent, probeTimes, type Probes, sendProbes } from '../suites/probes.ts';
import { type Phase, type PhaseName, phaseOf } from './deployment-phases.ts';
import { type BlockShape, EventBlock, LoadFailedError, requireStored, sum } from './event-block.ts';
import { Fleet } from './fleet.ts';
import { type RebalanceSteps, stepsOf } from './rebalance-steps.ts';

export interface Deployments {
  readonly shape: BlockShape;
  readonly partitions: number;
  /** Events a second. */
  readonly rate: number;
  readonly phases: readonly PhaseName[];
  /** Whether the applications are bundled already. */
  readonly isBuilt: boolean;
  readonly warmUpMs: number;
  /** How long a phase lasts after its last change. */
  readonly settleMs: number;
}

/** The probes of a phase: from just before each was sent until its row was committed, in milliseconds. */
export interface PhaseDelays {
  readonly name: PhaseName;
  readonly ms: readonly number[];
  readonly steps: readonly RebalanceSteps[];
}

export interface DeploymentsResult {
  readonly phases: readonly PhaseDelays[];
  /** How many events were sent; each of them, and each probe among them, is in the totals and in the archive. */
  readonly events: number;
  readonly rows: number;
}

const WORKERS = 3;
const LAST_MS = 120_000;

/**
 * Lets three workers serve a steady stream while workers are updated, added and killed, and measures how soon the
 * events of each phase were in their rows. Then compares every row with the truth.
 * @throws when a worker fails or a row is wrong.
 */
export async function deployments(at: RunPlace, options: Deployments): Promise<DeploymentsResult> {
  const { shape, partitions, rate, warmUpMs } = options;
  const { brokers, groupId: topic } = at;
  if (!options.isBuilt) await buildProduct();
  const kafka = benchKafka(brokers);
  const block = new EventBlock(shape, partitions);
  await ensureTopic(kafka, topic, partitions);
  const fleet = new Fleet(at);
  const stream = { isOver: false };
  try {
    await Promise.all(Array.from({ length: WORKERS }, () => fleet.start()));
    const sending = sendBlocks({
      brokers,
      topic,
      lines: block.lines,
      eventsPerBlock: shape.events,
      rate,
      until: stream,
    });
    const probes = await sendProbes(kafka, topic, partitions);
    await delay(warmUpMs);
    const phases: Phase[] = [];
    for (const name of options.phases) phases.push(await phaseOf(name, fleet, options.settleMs));
    await probes.stop();
    stream.isOver = true;
    const sent = await sending;
    await allCounted(at, await recordsOf(kafka, topic));
    await Promise.all(fleet.members.map((worker) => fleet.stop(worker)));
    const stored = await requireAll(at, { block, times: sent / shape.events, probes });
    const committed = await withDatabase(at.databaseUrl, (database) => probeTimes(database, 'bytes'));
    const delays = phases.map(({ name, between, changes }) => {
      const { ms, missing } = delaysOf(probes.sentMs, committed, between);
      if (missing > 0) throw new LoadFailedError(`${missing} probes of phase ${name} have no row`);
      return { name, ms, steps: stepsOf(changes, fleet.all, between[1]) };
    });
    return { phases: delays, ...stored };
  } finally {
    stream.isOver = true;
    fleet.killAll();
  }
}

/** Waits until the totals have passed all records of the topic. */
async function allCounted(at: RunPlace, records: number): Promise<void> {
  await withTables(at.databaseUrl, (tables) =>
    until(async () => sum((await tables.positions('totals')).values()) >= records, {
      what: 'row of each event',
      deadlineMs: LAST_MS,
    }),
  );
}

interface SentEvents {
  readonly block: EventBlock;
  readonly times: number;
  readonly probes: Probes;
}

/** @throws {NotProvenError | LoadFailedError} when a row or the number of archived events is wrong. */
async function requireAll(at: RunPlace, { block, times, probes }: SentEvents) {
  const truth = block.truthOf(times);
  for (const [id, sentMs] of probes.sentMs) truth.add(probeEvent(id, sentMs));
  const { counted, archived, rows } = await requireStored(at.databaseUrl, { truthBelow: () => truth });
  if (archived !== counted) throw new LoadFailedError(`${counted} events are counted, ${archived} are archived`);
  return { events: counted, rows };
}
