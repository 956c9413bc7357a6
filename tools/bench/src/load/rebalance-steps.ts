import type { Change } from './deployment-phases.ts';
import type { FleetWorker, LogLine } from './fleet.ts';

/** The steps of a rebalance in their order, by the messages with which the workers log them. */
export const STEPS = [
  ['stopped reading', 'The group is rebalancing, re-joining'],
  ['assigned', 'assigned'],
  ['claimed', 'claimed'],
  ['first records', 'first records'],
  ['first commit', 'committed'],
] as const;

/** A change of the members, and when the last of them had made each step: seconds after the change. */
export interface RebalanceSteps {
  readonly what: string;
  /** In the order of `STEPS`; undefined for a step that no member made. */
  readonly seconds: readonly (number | undefined)[];
}

/** @param untilMs when what follows belongs to other changes. */
export function stepsOf(
  changes: readonly Change[],
  workers: readonly FleetWorker[],
  untilMs: number,
): readonly RebalanceSteps[] {
  return changes.map(({ what, atMs }, index) => {
    const endMs = changes[index + 1]?.atMs ?? untilMs;
    const logs = workers.map(({ lines }) => lines.filter((line) => line.atMs >= atMs && line.atMs < endMs));
    const rebalanced = logs.filter((lines) => lines.some(({ message }) => message === 'assigned'));
    const seconds = STEPS.map(([step, message]) => {
      const times = rebalanced.flatMap((lines) => timeOf(step, message, lines) ?? []);
      return times.length === 0 ? undefined : (Math.max(...times) - atMs) / 1000;
    });
    return { what, seconds };
  });
}

/** The last occurrence; of commits the first one after the last claim. */
function timeOf(step: string, message: string, lines: readonly LogLine[]): number | undefined {
  const is = (text: string) => (line: LogLine) => line.message === text;
  if (step !== 'first commit') return lines.findLast(is(message))?.atMs;
  const claimed = lines.findLastIndex(is('claimed'));
  return claimed === -1 ? undefined : lines.slice(claimed).find(is(message))?.atMs;
}
