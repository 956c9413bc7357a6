import { optionalSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { instant, share, words } from './kinds.ts';
import type { SimulationOptions } from './simulate.ts';

const count = wholeNumber(0, 1_000_000);
const milliseconds = wholeNumber(0, 31_536_000_000);

/** Devices' clocks are believed up to an hour ahead. */
const MAX_AHEAD_MS = 3_600_000;

export const simulationSettings = settingsGroup({
  title: 'Simulation',
  fields: {
    fromMs: setting({ name: 'from', description: 'first event time', type: instant, default: '2022-10-29T13' }),
    toMs: setting({
      name: 'to',
      description: 'end of the event times, itself excluded',
      type: instant,
      default: '2022-10-29T17',
    }),
    events: setting({ name: 'events', description: 'records to send', type: wholeNumber(1, 1e12), default: '100000' }),
    seed: setting({
      name: 'seed',
      description: 'the same one makes the same records',
      type: wholeNumber(0, 2 ** 31 - 1),
      default: '1',
    }),
    users: setting({
      name: 'users',
      description: 'users, of whom the provisioner knows 20',
      type: count,
      default: '20',
    }),
    unknownUsers: setting({
      name: 'unknown-users',
      description: 'further users that no metadata knows',
      type: count,
      default: '0',
    }),
    antennas: setting({ name: 'antennas', description: 'antennas', type: wholeNumber(1, 1_000_000), default: '5' }),
    apps: setting({
      name: 'apps',
      description: 'applications',
      type: words,
      default: 'SKYPE,FACETIME,TELEGRAM,FACEBOOK',
    }),
    maxBytes: optionalSetting({
      name: 'max-bytes',
      description: 'greatest number of bytes of an event: makes all hours and users alike, instead of a daily curve',
      type: wholeNumber(0, 2 ** 40),
    }),
    outOfOrderMs: setting({
      name: 'out-of-order',
      description: 'milliseconds that events come out of order',
      type: milliseconds,
      default: '30000',
    }),
    lateShare: setting({
      name: 'late-share',
      description: 'share of events that come late',
      type: share,
      default: '0.01',
    }),
    lateByMs: setting({
      name: 'late-by',
      description: 'milliseconds that late events are late',
      type: milliseconds,
      default: '600000',
    }),
    malformedShare: setting({
      name: 'malformed-share',
      description: 'share of records that are no events',
      type: share,
      default: '0.001',
    }),
  },
  rules: [
    {
      of: ['fromMs', 'toMs'],
      problem: ({ fromMs, toMs }) => (toMs > fromMs ? undefined : '--to: not after --from'),
    },
    {
      of: ['toMs'],
      problem: ({ toMs }) =>
        toMs - Date.now() > MAX_AHEAD_MS ? '--to: more than an hour from now, which would be wrong clocks' : undefined,
    },
    {
      of: ['users', 'unknownUsers'],
      problem: ({ users, unknownUsers }) => (users + unknownUsers > 0 ? undefined : '--users: nobody uses any data'),
    },
  ],
  value: ({ maxBytes, ...values }): SimulationOptions => ({
    ...values,
    maxBytes: maxBytes ?? 0,
    isLifelike: maxBytes === undefined,
  }),
});

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
