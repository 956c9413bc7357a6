import { setTimeout as delay } from 'node:timers/promises';
import { type Ending, judge, lastLines } from '../system/ending.ts';
import type { System } from '../system/system.ts';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/** `acknowledge-gap` without a gap, beside workers that go on or are frozen in the midst of their work: it changes nothing. */
export const needlessAcknowledgement: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const areFrozen = chance.happens(0.5);
    return {
      name: `acknowledge-gap without a gap, beside ${areFrozen ? 'frozen' : 'live'} workers`,
      text: `acknowledge-gap beside ${areFrozen ? 'frozen' : 'live'} workers`,
      // Where records have been deleted, there is a gap.
      resource: 'kafka',
      async inject(system) {
        const acknowledge = () => run(system, 'acknowledge-gap');
        await (areFrozen ? system.workers.whileFrozen(acknowledge) : acknowledge());
      },
    };
  },
};

/** `forget-notes` while hours are being noted: they become final later. */
export const forgottenNotes: FaultKind = {
  archives: ANY_ARCHIVE,
  draw: () => ({
    name: 'forget-notes beside workers',
    text: 'forget-notes',
    resource: undefined,
    async inject(system) {
      await run(system, 'forget-notes');
    },
  }),
};

/** `retire-topic` for the topic that is in use, and back: its workers are refused meanwhile, then go on. */
export const retiredTopic: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const ms = chance.integer(500, 4_000);
    return {
      name: 'retire-topic and its undo beside workers',
      text: `retire the topic for ${ms} ms`,
      resource: 'hours',
      async inject(system) {
        const refused = system.workers.expect('OTHER_STREAM');
        try {
          await run(system, 'retire-topic', `--topic=${system.topic.name}`);
          await delay(ms);
        } finally {
          await untilDone(system, ['retire-topic', `--topic=${system.topic.name}`, '--undo=true']);
          refused.over();
        }
      },
    };
  },
};

/**
 * `release-group`: refused while a worker is in the group, done once all have left. The workers that come back read on
 * from their positions in the database: the offsets that the group has lost are for lag tools alone.
 */
export const releasedGroup: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const awayMs = chance.integer(0, 1_000);
    return {
      name: 'release-group, beside workers and without',
      text: `release the group, first beside workers, then without them for ${awayMs} ms`,
      resource: 'group',
      async inject(system) {
        const { workers, tally } = system;
        const beside = await run(system, 'release-group');
        tally.count(
          `release-group beside workers ${beside.exitCode === 0 ? 'done: none was in the group' : 'refused'}`,
        );
        const { size } = workers;
        // A fault that freezes workers may have let some join meanwhile.
        await untilDone(system, ['release-group'], () => workers.stop());
        await delay(awayMs);
        workers.resize(size);
      },
    };
  },
};

/** `dead-letters replay` of some records of a partition: they come to the topic again, and are dead letters again. */
export const replayedDeadLetters: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const partition = chance.integer(0, 11);
    const most = chance.integer(1, 3);
    return {
      name: 'dead-letters replay beside workers',
      text: `replay ${most} dead letters of partition ${partition}`,
      resource: undefined,
      async inject(system) {
        const chosen = [`--partition=${partition}`, `--limit=${most}`];
        await run(system, 'dead-letters', 'replay', ...chosen, '--wait-ms=1000');
      },
    };
  },
};

async function run(system: System, ...command: readonly string[]): Promise<Ending> {
  const ending = await system.speedLayer(...command);
  if (!isExplained(ending)) system.unexpected.push(`${command.join(' ')} ended with: ${lastLines(ending.printed)}`);
  return ending;
}

const UNTIL_DONE_MS = 120_000;
const POLL_MS = 500;

/**
 * As an operator would, again until services that were away have answered.
 * @param prepare is done before each attempt.
 */
async function untilDone(
  system: System,
  command: readonly string[],
  prepare = (): Promise<void> => Promise.resolve(),
): Promise<void> {
  const end = performance.now() + UNTIL_DONE_MS;
  const attempt = async (): Promise<Ending> => {
    await prepare();
    return system.speedLayer(...command);
  };
  let ending = await attempt();
  while (ending.exitCode !== 0 && performance.now() < end) {
    await delay(POLL_MS);
    ending = await attempt();
  }
  if (ending.exitCode !== 0)
    system.unexpected.push(`${command.join(' ')} could not be done: ${lastLines(ending.printed)}`);
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
