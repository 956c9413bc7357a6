import { numberText } from '@antenna/cli';
import type { LateAntenna, StreamLateness } from '@antenna/usage-store';

/** The lines about lateness and clocks; none while no lateness is known. */
export function latenessLines(lateness: StreamLateness | undefined): readonly string[] {
  if (lateness === undefined) return [];
  const { events, lateEvents, secondsFor99, secondsFor999, antennas } = lateness;
  const share = ((100 * lateEvents) / events).toFixed(2);
  const within =
    `99 % of ${numberText(events)} events of the last day within ${reachText(secondsFor99)}, ` +
    `99.9 % within ${reachText(secondsFor999)}`;
  return [`lateness: ${within}; ${share} % are later than allowed`, ...antennas.map(antennaText)];
}

/** 292 years: the last bucket has no bound that means anything. */
const UNBOUNDED_SECONDS = 9_007_199_254_740;

/** A lateness, and the setting that would allow it. */
function reachText(seconds: number): string {
  if (seconds >= UNBOUNDED_SECONDS) return 'more than 10 years';
  return `${durationText(seconds)} (ALLOWED_LATENESS_MS=${Math.max(0, seconds * 1_000)})`;
}

function antennaText({ antennaId, events, lateEvents, aheadEvents, clockOffsetSeconds }: LateAntenna): string {
  const counts = `${numberText(lateEvents)} late events, ${numberText(aheadEvents)} ahead of ${numberText(events)}`;
  return `antenna ${antennaId}: ${clockText(clockOffsetSeconds)} (${counts})`;
}

/** An offset that is smaller says nothing: it is the time that events wait in a device or a network. */
const MIN_OFFSET_SECONDS = 1;

function clockText(offsetSeconds: number | null): string {
  if (offsetSeconds === null) return 'some events are late, its clock is right';
  if (Math.abs(offsetSeconds) < MIN_OFFSET_SECONDS) return 'as late as the other antennas';
  const direction = offsetSeconds < 0 ? 'behind' : 'ahead';
  return `its clock is ${direction} by at least ${durationText(Math.abs(offsetSeconds))}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** The two largest units of a duration: `2 d 3 h`. */
function durationText(seconds: number): string {
  const [unit, next] = [UNITS.findIndex(([, size]) => Math.abs(seconds) >= size), UNITS.length - 1];
  if (unit < 0) return `${seconds} s`;
  const [name = '', size = 1] = UNITS[unit] ?? [];
  const [smaller = 's', smallerSize = 1] = unit < next ? (UNITS[unit + 1] ?? []) : [];
  const rest = Math.floor((seconds % size) / smallerSize);
  return `${Math.floor(seconds / size)} ${name}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}
