import { anyText, listOf, optionalSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { ARCHIVE_KINDS, type ArchiveKind } from '../system/archive-place.ts';

export interface Asked {
  readonly seed: number;
  readonly archives: readonly ArchiveKind[];
  readonly rate: number;
  readonly durationS: number;
  readonly sessionTimeoutMs: number;
  readonly events: number | undefined;
  readonly kills: number | undefined;
  readonly only: string | undefined;
}

/** What one run does, with one archive. */
export interface RoundPlan {
  readonly seed: number;
  readonly archive: ArchiveKind;
  readonly rate: number;
  readonly events: number;
  readonly durationMs: number;
  readonly kills: number;
  /** Faults that are no kills, at least. */
  readonly others: number;
  /** All archives of the run. */
  readonly dealtTo: readonly ArchiveKind[];
  readonly only: string | undefined;
  /** How long an archived chunk collects rows. */
  readonly chunkMs: number;
  readonly sessionTimeoutMs: number;
}

export interface ChaosPlan {
  readonly asked: Asked;
  readonly rounds: readonly RoundPlan[];
}

const DEFAULT_SESSION_TIMEOUT_MS = 3_000;

const SECONDS_PER_KILL = 3;

/** Between two faults that are no kills. */
const BETWEEN_MS = 25_000;

/** In a long run larger chunks, or reading so many files back would take as long as the run. */
const CHUNKS_PER_RUN = 400;
const SHORTEST_CHUNK_MS = 1_000;

/** Deals what is asked for to the archives. */
export function planOf(asked: Asked): ChaosPlan {
  const shares = asked.archives.length;
  const events = Math.ceil((asked.events ?? asked.durationS * asked.rate) / shares);
  const durationMs = Math.ceil((events / asked.rate) * 1000);
  const kills = Math.ceil((asked.kills ?? (durationMs * shares) / 1000 / SECONDS_PER_KILL) / shares);
  const others = Math.ceil(durationMs / BETWEEN_MS);
  const chunkMs = Math.max(SHORTEST_CHUNK_MS, Math.ceil(durationMs / CHUNKS_PER_RUN));
  const { seed, rate, sessionTimeoutMs, only } = asked;
  return {
    asked,
    rounds: asked.archives.map((archive) => ({
      seed,
      archive,
      rate,
      events,
      durationMs,
      kills,
      others,
      dealtTo: asked.archives,
      only,
      chunkMs,
      sessionTimeoutMs,
    })),
  };
}

/** The command that does the same again. */
export function commandOf({ seed, archives, rate, durationS, sessionTimeoutMs, events, kills, only }: Asked): string {
  const options = [
    `--seed=${seed}`,
    `--archive=${archives.join(',')}`,
    `--rate=${rate}`,
    events === undefined ? `--duration=${durationS}` : `--events=${events}`,
    ...(kills === undefined ? [] : [`--kills=${kills}`]),
    ...(only === undefined ? [] : [`--only='${only}'`]),
    ...(sessionTimeoutMs === DEFAULT_SESSION_TIMEOUT_MS ? [] : [`--session-timeout=${sessionTimeoutMs}`]),
  ];
  return `npm run chaos -- ${options.join(' ')}`;
}

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
      default: '40',
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
