import type { ArchiveKind } from '../system/archive-place.ts';

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

export const DEFAULT_SESSION_TIMEOUT_MS = 3_000;

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
