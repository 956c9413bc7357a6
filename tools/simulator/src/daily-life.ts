import { seededChance } from './chance.ts';

const HOUR_MS = 3_600_000;

/** How much is used in each hour of the day, UTC: least at four, most at eight in the evening. */
const USE_BY_HOUR = [6, 4, 3, 2, 2, 3, 5, 8, 10, 10, 10, 11, 13, 13, 12, 11, 11, 12, 14, 17, 18, 16, 12, 8] as const;

/**
 * Bytes that a user of average habits uses in an hour: less than most of the quotas that the provisioner gives, which
 * are from 5,000 to 1,000,000 bytes.
 */
const AVERAGE_BYTES = 120_000;

/** The habits of users lie between a quarter and some three times the average, in powers of two. */
const HABITS = { least: -2, most: 1.5 } as const;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A part of the time that lies in one hour of the day, and the use until its end. */
interface Part extends Span {
  readonly useBefore: number;
  readonly use: number;
}

/** @returns the instant by which a share (0 to 1, not falling from call to call) of all use has happened. */
export function dailyCurve(span: Span): (share: number) => number {
  const parts = partsOf(span);
  const whole = parts.reduce((sum, { use }) => sum + use, 0);
  let current = 0;
  return (share) => {
    const use = share * whole;
    while (current < parts.length - 1 && use >= (parts[current + 1]?.useBefore ?? Infinity)) current++;
    const part = parts[current] ?? { ...span, useBefore: 0, use: 1 };
    const passed = (use - part.useBefore) / part.use;
    return Math.floor(part.fromMs + passed * (part.toMs - part.fromMs));
  };
}

function partsOf({ fromMs, toMs }: Span): readonly Part[] {
  const parts: Part[] = [];
  let useBefore = 0;
  for (let startMs = fromMs; startMs < toMs;) {
    const endMs = Math.min((Math.floor(startMs / HOUR_MS) + 1) * HOUR_MS, toMs);
    const use = (USE_BY_HOUR[new Date(startMs).getUTCHours()] ?? 0) * (endMs - startMs);
    parts.push({ fromMs: startMs, toMs: endMs, useBefore, use });
    useBefore += use;
    startMs = endMs;
  }
  return parts;
}

/**
 * The greatest number of bytes of an event for each user, so that some users exceed their quotas and most do not,
 * however many events there are.
 */
export function habits(
  users: readonly string[],
  { fromMs, toMs, events, seed }: Span & { readonly events: number; readonly seed: number },
): ReadonlyMap<string, number> {
  const chance = seededChance(seed);
  const eventsOfUser = events / users.length / ((toMs - fromMs) / HOUR_MS);
  const steps = 1_000;
  return new Map(
    users.map((user) => {
      const power = HABITS.least + ((HABITS.most - HABITS.least) * chance.integer(0, steps)) / steps;
      // Bytes are drawn evenly from 0 to the greatest number: their average is half of it.
      return [user, Math.max(1, Math.round((2 * AVERAGE_BYTES * 2 ** power) / eventsOfUser))];
    }),
  );
}
