import { createHash } from 'node:crypto';
import type { UsageEvent } from '@antenna/event-schema';
import type { QuotaUser } from '@antenna/oracle';
import { simulate, type SimulatedRecord, type SimulationOptions } from '@antenna/simulator';

/** What a topic of the benchmark holds. */
export interface Workload {
  readonly events: number;
  readonly users: number;
  readonly partitions: number;
  /** Hours of event time. */
  readonly hours: number;
}

const HOUR_MS = 3_600_000;
const SEED = 7;
const ANTENNAS = 50;

/** First event time. */
export const FROM_MS = Date.UTC(2026, 0, 15);

export function endMs({ hours }: Workload): number {
  return FROM_MS + hours * HOUR_MS;
}

/** Tells topics apart. */
export function topicOf(workload: Workload): string {
  return `bench-${factsOf(workload)}-${workload.partitions}p`;
}

/** Tells truths apart: in how many partitions the events are does not matter to them. */
export function factsOf({ events, users, hours }: Workload): string {
  return `${events}e-${users}u-${hours}h`;
}

/**
 * Events that Spark's job can read and counts in full: seconds since 1970, half a minute out of order at most, where its
 * watermark waits for a minute, and none malformed.
 */
function simulationOf(workload: Workload): SimulationOptions {
  return {
    seed: SEED,
    fromMs: FROM_MS,
    toMs: endMs(workload),
    events: workload.events,
    users: workload.users,
    unknownUsers: 0,
    antennas: ANTENNAS,
    apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
    maxBytes: 10_000,
    outOfOrderMs: 30_000,
    lateShare: 0,
    lateByMs: 0,
    malformedShare: 0,
  };
}

const known = new Map<string, string>();

/**
 * A UUID in the place of a simulated id, always the same one. Simulated ids count up, and would flatter every archive
 * that compresses its texts.
 */
export function deviceId(simulatedId: string): string {
  let id = known.get(simulatedId);
  if (id === undefined) {
    id = uuidOf(createHash('sha256').update(simulatedId).digest('hex'));
    known.set(simulatedId, id);
  }
  return id;
}

/** In the form of version 4. */
function uuidOf(hex: string): string {
  const part = (from: number, length: number): string => hex.slice(from, from + length);
  return `${part(0, 8)}-${part(8, 4)}-4${part(12, 3)}-a${part(15, 3)}-${part(18, 12)}`;
}

/** A row of `user_metadata`. */
export interface BenchUser extends QuotaUser {
  readonly name: string;
  readonly email: string;
}

/** The users of a workload, whose quotas are about what they use in an hour: some are over it, some are not. */
export function usersOf(workload: Workload): readonly BenchUser[] {
  const perHour = (workload.events / workload.hours / workload.users) * (simulationOf(workload).maxBytes / 2);
  return Array.from({ length: workload.users }, (_, index) => ({
    id: deviceId(simulatedUser(index)),
    name: `user${index}`,
    email: `user${index}@example.com`,
    quota: BigInt(Math.round(perHour * (0.9 + (index % 51) / 100))),
  }));
}

/** As the simulator calls its users. */
function simulatedUser(index: number): string {
  return `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`;
}

/** A record to load, with the event that it was written from. */
export interface WorkloadRecord extends SimulatedRecord {
  readonly fact: UsageEvent;
}

/** The records of a workload, in the order in which they are to be sent: always the same ones. */
export function* workloadRecords(workload: Workload): Generator<WorkloadRecord, void, undefined> {
  for (const { fact } of simulate(simulationOf(workload))) {
    // No workload has malformed records.
    if (typeof fact !== 'string') yield recordOf(fact);
  }
}

/** As the original's devices write it: the time in seconds, the only form that Spark's job reads. */
function recordOf({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): WorkloadRecord {
  const seconds = Math.floor(eventTimeMs / 1000);
  const fact = { eventTimeMs: seconds * 1000, id: deviceId(id), antennaId: deviceId(antennaId), bytes, app };
  const text = `{"timestamp":${seconds},"id":"${fact.id}","antenna_id":"${fact.antennaId}","bytes":${bytes},"app":"${app}"}`;
  return { key: fact.id, value: Buffer.from(text), fact };
}

/** Where an archive has the files of an hour. */
export function hourFolder(hourMs: number): string {
  const time = new Date(hourMs);
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth() + 1];
  return `year=${year}/month=${month}/day=${time.getUTCDate()}/hour=${time.getUTCHours()}`;
}
