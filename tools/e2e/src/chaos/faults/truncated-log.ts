import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedRecord } from '@antenna/simulator';
import { within } from '@antenna/test-kit';
import { appended } from '../feed/appended.ts';
import { someEvents } from '../feed/simulation.ts';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';
import { untilDone } from './operator.ts';

/**
 * A log is truncated below what the workers have read: the last replica in sync dies with records that no other has, a
 * replica without them is allowed to lead, and other records come to the same offsets. `acknowledge-truncation` puts the
 * partition in order.
 */
export const truncatedLog: FaultKind = {
  archives: ANY_ARCHIVE,
  seconds: 60,
  draw(chance) {
    const partition = chance.integer(0, 11);
    const [lost, later, seed] = [chance.integer(50, 300), chance.integer(0, 400), chance.integer(0, 1_000_000)];
    return {
      name: 'log truncated by an unclean election, acknowledge-truncation',
      text: `lose the last ${lost} records of partition ${partition}, then write ${later} others`,
      resource: 'kafka',
      async inject(system) {
        const events = someEvents(seed, lost + later);
        const from = await system.feed.whileHeld(() =>
          truncate(system, { partition, lost: events.slice(0, lost), later: events.slice(lost) }),
        );
        await untilDone(system, ['acknowledge-truncation', `--partition=${partition}`], {
          // The broker has logged the offset: an operator names it where the command asks for it. Otherwise the stored data
          // shows the offset, which may be a lower one: that after the last event before.
          flagsAfter: ({ printed }) => (printed.includes('run this again with --offset') ? [`--offset=${from}`] : []),
        });
        await rememberLost(system, { partition, from, lost: events.slice(0, lost) });
      },
    };
  },
};

interface Truncation {
  readonly partition: number;
  /** Read by the workers, then gone. */
  readonly lost: readonly SimulatedRecord[];
  /** At their offsets. */
  readonly later: readonly SimulatedRecord[];
}

/** With these, one replica is enough, in sync or not. */
const RECKLESS = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' };
const CAREFUL = { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'false' };

/** A broker that was killed has left the cluster for sure: its session is 2 s. */
const GONE_MS = 4_000;

/** @returns the offset from which the log differs. */
async function truncate(system: System, { partition, lost, later }: Truncation): Promise<number> {
  const { services, topic, known } = system;
  const leader = await topic.leader(partition);
  const [survivor = leader, ...others] = [...services.kafka.brokers.keys()].filter((number) => number !== leader);
  const stop = (number: number): Promise<void> => services.kafka.broker(number).stop('immediate');
  const start = (number: number): Promise<void> => services.kafka.broker(number).start();
  await topic.configure(RECKLESS);
  try {
    await Promise.all([survivor, ...others].map(stop));
    await topic.untilInSync(1);
    const from = await send(system, partition, lost);
    await read(system, partition, from + lost.length);
    await stop(leader);
    await delay(GONE_MS);
    await start(survivor);
    // A broker that has just started may name the leader that is dead: were that one started now, nothing would be lost.
    await topic.untilLeader(partition, survivor);
    if (later.length > 0) {
      const facts = later.map(({ fact }) => fact);
      known.add(partition, await send(system, partition, later), facts);
    }
    return from;
  } finally {
    await Promise.all([leader, survivor, ...others].map(start));
    await topic.configure(CAREFUL);
    await topic.untilInSync(services.kafka.brokers.size);
  }
}

/** By a producer that needs no replica but the leader. */
async function send({ topic }: System, partition: number, records: readonly SimulatedRecord[]): Promise<number> {
  await topic.leader(partition);
  const producer = topic.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    return await appended(producer, { topic: topic.name, partition, records, acks: 1 });
  } finally {
    await producer.disconnect();
  }
}

const POLL_MS = 250;
const READING_MS = 60_000;

/** Waits, for a bounded time, until the totals of a partition have all records below an offset. */
async function read(system: System, partition: number, end: number): Promise<void> {
  const isSaved = async () => (await system.database.saved({ sink: 'totals', partition })) >= end;
  const isRead = await within(READING_MS, isSaved, POLL_MS);
  system.tally.count(isRead === undefined ? 'records lost, perhaps unread' : 'records lost after they were read');
}

/** Of what was read the totals and the archive keep what they have: the log before the truncation is still known. */
async function rememberLost(
  { database, known, tally }: System,
  { partition, from, lost }: { partition: number; from: number; lost: readonly SimulatedRecord[] },
): Promise<void> {
  const rows = await database.query<{ generation: number }>(
    'SELECT generation FROM pipeline.acknowledged_truncation WHERE partition = $1',
    [partition],
  );
  const isAcknowledged = rows.length > known.lost.filter((each) => each.partition === partition).length;
  tally.count(isAcknowledged ? 'truncations acknowledged' : 'truncations of unread records');
  if (isAcknowledged)
    known.lose(
      partition,
      from,
      lost.map(({ fact }) => fact),
    );
}
