import { type PerfectStream, aUser, perfectResults } from '@antenna/oracle/testing';
import { sampleSimulation, simulate } from '@antenna/simulator';

const USERS = 6;

/** A small simulation and its results, with a quota that about half of the users keep and two users without metadata. */
export function aDemo({ events = 400, quota = 2_000n } = {}): PerfectStream {
  const simulation = { ...sampleSimulation, events, users: USERS, unknownUsers: 2, malformedShare: 0.05 };
  const users = Array.from({ length: USERS }, (_, index) => aUser(index + 1, quota));
  return perfectResults(
    Array.from(simulate(simulation), ({ fact }) => fact),
    users,
  );
}
