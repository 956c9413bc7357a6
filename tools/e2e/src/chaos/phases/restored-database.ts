import { cloudEventId, StoredTables } from '@antenna/oracle';
import { type Failpoint, RESTORE_STEPS } from '../../failpoint.ts';
import { untilDone } from '../faults/operator.ts';
import { deck } from '../schedule.ts';
import type { System } from '../system/system.ts';
import { dieAt, feed, killAtWork, type Phase, savedOf } from './phase.ts';

const FAILPOINTS: readonly Failpoint[] = RESTORE_STEPS.flatMap((step) =>
  (['before', 'after'] as const).map((moment) => ({ moment, step, call: 1 })),
);

const DEATHS = 2;

/** Later than all other events of the run, so that users reach their quotas in hours that only the restore undoes. */
const UNDONE_HOURS_LATER = 60;

/**
 * The database is restored to a copy that was taken in the midst of the work, after the workers have gone on for a while. A
 * command that is killed at some of its steps settles the restore with the archive, and workers go on from there.
 */
export const restoredDatabase: Phase = {
  name: 'the database restored, and settled with the archive by a command that is killed and run again',
  async run(system, options) {
    const { database, workers, archive } = system;
    await feed(system, options);
    await workers.whileFrozen(() => database.backUp());
    const [before, saved] = [await quotaEventIds(system), await savedOf(system)];
    await feed(system, options, UNDONE_HOURS_LATER);
    await killAtWork(system, saved, options);
    await workers.whileFrozen(async () => {
      workers.kill(0, workers.size);
      const lost = new Set((await quotaEventIds(system)).filter((id) => !before.includes(id)));
      await database.restore();
      system.undoneQuotaEvents = { ids: lost, offsets: await system.quotaTopic.offsets() };
      const command = ['settle-restore', `--aside-url=${archive.asideUrl}`, '--by=chaos'];
      for (const failpoint of deck(FAILPOINTS, DEATHS, options.chance)) await dieAt(system, command, failpoint);
      await untilDone(system, command);
    });
    await feed(system, options);
  },
};

async function quotaEventIds({ database }: System): Promise<readonly string[]> {
  const tables = new StoredTables((statement, parameters) => database.query(statement, parameters));
  return (await tables.quotaEvents()).map(cloudEventId);
}
