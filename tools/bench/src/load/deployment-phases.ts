import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet, FleetWorker } from './fleet.ts';

export const PHASES = ['peace', 'kill', 'update', 'scale-up'] as const;
export type PhaseName = (typeof PHASES)[number];

/** A change of the group's members. */
export interface Change {
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface Phase {
  readonly name: PhaseName;
  /** [from, to), milliseconds since 1970. */
  readonly between: readonly [number, number];
  readonly changes: readonly Change[];
}

/** `KAFKA_SESSION_TIMEOUT_MS` of a worker by default. */
export const SESSION_TIMEOUT_MS = 30_000;

/** Lets a phase happen to a group of at least three workers. */
export async function phaseOf(name: PhaseName, fleet: Fleet, settleMs: number): Promise<Phase> {
  const changes: Change[] = [];
  const note = (what: string): void => {
    changes.push({ what, atMs: Date.now() });
  };
  const fromMs = Date.now();
  await COURSES[name]({ fleet, note, settleMs });
  await delay(settleMs);
  return { name, between: [fromMs, Date.now()], changes };
}

interface Course {
  readonly fleet: Fleet;
  readonly note: (what: string) => void;
  readonly settleMs: number;
}

const COURSES: Readonly<Record<PhaseName, (course: Course) => Promise<void>>> = {
  peace: ({ settleMs }) => delay(settleMs),
  kill: killedWorker,
  update: rollingUpdate,
  'scale-up': scaleUp,
};

/** The kubelet starts a container again at once when its process was killed. */
async function killedWorker({ fleet, note }: Course): Promise<void> {
  note('a worker is killed, and started again');
  await fleet.kill(oldestOf(fleet));
  await fleet.start();
  note('the time-out of the killed worker is over');
  await delay(SESSION_TIMEOUT_MS);
}

/**
 * As with `maxUnavailable: 0, maxSurge: 1`: an old worker is ended when a new one is ready, and the next new one is
 * started at the same time, since a pod that is being ended counts no more.
 */
async function rollingUpdate({ fleet, note, settleMs }: Course): Promise<void> {
  let leaving: Promise<void> = Promise.resolve();
  for (const old of [...fleet.members]) {
    note('a new worker is started');
    await fleet.start();
    await delay(settleMs);
    await leaving;
    note('an old worker is ended');
    leaving = fleet.stop(old);
  }
  await leaving;
}

async function scaleUp({ fleet, note }: Course): Promise<void> {
  const wanted = 2 * fleet.members.length;
  note(`${wanted - fleet.members.length} workers are started`);
  await Promise.all(Array.from({ length: wanted - fleet.members.length }, () => fleet.start()));
}

function oldestOf(fleet: Fleet): FleetWorker {
  const [oldest] = fleet.members;
  if (oldest === undefined) throw new RangeError('a group without workers');
  return oldest;
}
