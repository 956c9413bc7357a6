import { anyText, listOf, optionalSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { ARCHIVE_KINDS } from '../system/archive-place.ts';
import { DEFAULT_SESSION_TIMEOUT_MS, planOf } from './plan.ts';

const MOST = 1_000_000_000;

export const chaosSettings = settingsGroup({
  title: 'Chaos',
  fields: {
    seed: setting({
      name: 'seed',
      description: 'decides what is sent, which faults come, and when',
      type: wholeNumber(0, 2 ** 31 - 1),
      default: '1',
    }),
    archives: setting({
      name: 'archive',
      description: 'where the events are archived, one run for each',
      type: listOf(ARCHIVE_KINDS),
      default: ARCHIVE_KINDS.join(','),
    }),
    rate: setting({ name: 'rate', description: 'records per second', type: wholeNumber(1, 100_000), default: '2000' }),
    durationS: setting({
      name: 'duration',
      description: 'seconds of faults, of all runs together, unless --events says how long it takes to send them',
      type: wholeNumber(10, 1_000_000),
      default: '60',
    }),
    sessionTimeoutMs: setting({
      name: 'session-timeout',
      description: 'how long the group waits for a silent worker, in ms; on a busy machine, too little lets none work',
      type: wholeNumber(1_000, 60_000),
      default: String(DEFAULT_SESSION_TIMEOUT_MS),
    }),
    events: optionalSetting({
      name: 'events',
      description: 'records to send, in all runs together',
      type: wholeNumber(1, MOST),
    }),
    only: optionalSetting({
      name: 'only',
      description: 'faults beside the kills: only those whose names contain this text',
      type: anyText('text'),
    }),
    kills: optionalSetting({
      name: 'kills',
      description: 'workers to kill at least, in all runs together; one every 3 seconds unless given',
      type: wholeNumber(0, MOST),
    }),
  },
  value: planOf,
});
