import { within } from '@antenna/test-kit';
import { type Ending, judge, lastLines } from '../system/ending.ts';
import type { System } from '../system/system.ts';

/** Runs a command of the speed layer, as an operator does; an ending that nothing explains is noted. */
export async function run(system: System, ...command: readonly string[]): Promise<Ending> {
  const ending = await system.speedLayer(...command);
  if (!isExplained(ending)) system.unexpected.push(`${command.join(' ')} ended with: ${lastLines(ending.printed)}`);
  return ending;
}

interface Attempts {
  /** Runs before each attempt. */
  readonly before?: () => Promise<void>;
  /** Further flags of the next attempt, by the ending of the attempt before. */
  readonly flagsAfter?: (ending: Ending) => readonly string[];
  /** Whose command it is; of the speed layer unless given. */
  readonly layer?: 'speedLayer' | 'batchLayer';
  /** Whether an attempt has succeeded; by default with exit code 0. */
  readonly isDone?: (ending: Ending) => boolean;
}

const LONGEST_MS = 180_000;
const POLL_MS = 500;

/** Runs a command again until it succeeds: a service may be away, or a position may move meanwhile. */
export async function untilDone(system: System, command: readonly string[], attempts: Attempts = {}): Promise<void> {
  const { before, layer = 'speedLayer', flagsAfter = () => [], isDone = ({ exitCode }) => exitCode === 0 } = attempts;
  let ending: Ending | undefined;
  const attempt = async (): Promise<boolean> => {
    await before?.();
    ending = await system[layer](...command, ...(ending === undefined ? [] : flagsAfter(ending)));
    return isDone(ending);
  };
  if ((await within(LONGEST_MS, attempt, POLL_MS)) !== undefined) return;
  system.unexpected.push(`${command.join(' ')} could not be done: ${lastLines(ending?.printed ?? '')}`);
}

/**
 * A broker did not take a record that was replayed, or its answer was lost; the partition has no dead letter yet; a chunk
 * of the topic was being written; a worker is in the group; on a busy machine, none has begun yet.
 */
const REFUSALS = [
  'NOT_ALL_SENT',
  'NO_DEAD_LETTER',
  'CHUNK_IN_PROGRESS',
  'GROUP_IN_USE',
  'no worker has ever kept topic',
];

function isExplained(ending: Ending): boolean {
  const verdict = judge(ending);
  return (
    verdict === 'done' || verdict === 'gave up' || REFUSALS.some((code) => lastLines(ending.printed).includes(code))
  );
}
