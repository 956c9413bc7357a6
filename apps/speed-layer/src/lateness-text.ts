import { numberText } from '@antenna/cli';
import type { LateAntenna, StreamLateness } from '@antenna/usage-store';

/** The lines about lateness and clocks; no lines before the first event with a lateness. */
export function latenessLines(lateness: StreamLateness | undefined): readonly string[] {
  if (lateness === undefined) return [];
  const { events, lateEvents, secondsFor99, secondsFor999, antennas } = lateness;
  const share = ((100 * lateEvents) / events).toFixed(2);
  const within =
    `99 % of ${numberText(events)} events of the last day within ${reachText(secondsFor99)}, ` +
    `99.9 % within ${reachText(secondsFor999)}`;
  return [`lateness: ${within}; ${share} % are later than allowed`, ...antennas.map(antennaText)];
}

/** The greatest value of ALLOWED_LATENESS_MS: 7 days. */
const MAX_ALLOWED_SECONDS = 604_800;
const MAX_BOUND_SECONDS = 315_360_000;

/** The text of a lateness, with the value of ALLOWED_LATENESS_MS that would allow this lateness. */
function reachText(seconds: number): string {
  if (seconds > MAX_BOUND_SECONDS) return 'more than 10 years';
  if (seconds > MAX_ALLOWED_SECONDS) return `${durationText(seconds)} (more than ALLOWED_LATENESS_MS can be)`;
  return `${durationText(seconds)} (ALLOWED_LATENESS_MS=${Math.max(0, seconds * 1_000)})`;
}

function antennaText(antenna: LateAntenna): string {
  const { antennaId, events, lateEvents, aheadEvents } = antenna;
  const counts = `${numberText(lateEvents)} late events, ${numberText(aheadEvents)} ahead of ${numberText(events)}`;
  return `antenna ${antennaId}: ${clockText(antenna)} (${counts})`;
}

/** Late antennas that differ by less than this have no wrong clock: their events wait in devices and networks. */
const MIN_OFFSET_SECONDS = 60;

function clockText({ clockOffsetSeconds, aheadEvents }: LateAntenna): string {
  if (clockOffsetSeconds === null) return 'some events are late, its clock is right';
  const [offsetSeconds, isAhead] = [Math.abs(clockOffsetSeconds), clockOffsetSeconds > 0];
  if (aheadEvents === 0 && offsetSeconds < MIN_OFFSET_SECONDS) return 'as late as the other antennas';
  return `its clock is ${isAhead ? 'ahead' : 'behind'} by at least ${durationText(offsetSeconds)}`;
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
