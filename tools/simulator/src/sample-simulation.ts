import type { SimulationOptions } from './simulate.ts';

/** The hours of the sample, as the commands take them. */
export const SAMPLE_HOURS = { from: '2022-10-29T13', to: '2022-10-29T18' } as const;

/**
 * What the demo, docker compose and the cluster check send. The usage of a user comes to about 300,000 bytes an hour:
 * over the quota of many users, under that of others, and about as much as the most common quota allows. Late events
 * mostly belong to an earlier hour than those that they arrive with.
 */
export const sampleSimulation: SimulationOptions = {
  seed: 20221029,
  fromMs: Date.parse(`${SAMPLE_HOURS.from}:00:00Z`),
  toMs: Date.parse(`${SAMPLE_HOURS.to}:00:00Z`),
  events: 60_000,
  users: 20,
  unknownUsers: 3,
  antennas: 5,
  apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
  maxBytes: 1_150,
  outOfOrderMs: 30_000,
  lateShare: 0.02,
  lateByMs: 2_700_000,
  malformedShare: 0.01,
};
