import { setTimeout as delay } from 'node:timers/promises';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';
import { run, untilDone } from './operator.ts';

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
        await untilDone(system, ['release-group'], { before: () => workers.stop() });
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
