import type { SimulationOptions } from '@antenna/simulator';

export const FROM = '2022-10-29T13';
export const TO = '2022-10-29T18';

export const FROM_MS = Date.parse(`${FROM}:00:00Z`);
export const TO_MS = Date.parse(`${TO}:00:00Z`);

/**
 * The usage of a user comes to about 300,000 bytes an hour: over the quota of many users, under that of others, and
 * about as much as what the most common quota allows. Late events mostly belong to an earlier hour than those that they
 * arrive with.
 */
export const simulation: SimulationOptions = {
  seed: 20221029,
  fromMs: FROM_MS,
  toMs: TO_MS,
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
