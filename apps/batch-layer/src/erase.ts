import { setTimeout as delay } from 'node:timers/promises';
import {
  anyText,
  loggedCommand,
  requiredSetting,
  setting,
  settingsGroup,
  showProgress,
  wholeNumber,
  yesOrNo,
} from '@antenna/cli';
import { archiveSettings, RewritableArchive } from '@antenna/event-archive';
import { eraseUser, hourText } from '@antenna/hourly-batch';
import { databaseSettings } from '@antenna/usage-store';
import { erasureText, refuseFailedHours } from './erasure-text.ts';
import { FETCHED_AT_A_TIME } from './hour-ports.ts';
import { openArchive } from './open-archive.ts';
import { withErasureStore } from './open-store.ts';

const erasureSettings = settingsGroup({
  title: 'Erasure',
  fields: {
    userId: requiredSetting({
      name: 'user',
      description: 'id of the user to erase; it appears in no log',
      type: { ...anyText('id'), secretsIn: (id) => [id] },
    }),
    afterRestore: setting({
      name: 'after-restore',
      description: 'list files anew that an erasure has rewritten and a restored database does not know',
      type: yesOrNo,
      default: 'false',
    }),
    waitSeconds: setting({
      name: 'wait',
      description: 'how many seconds to wait until everything that was counted is archived',
      type: wholeNumber(0, 86_400),
      default: '900',
    }),
  },
  value: (values) => values,
});

/** Between two looks at the positions. */
const PAUSE_MS = 1_000;

/** Erases a person from the archive and the tables. */
export const erase = loggedCommand({
  name: 'erase',
  description: 'erases a user from the archive and all tables; sums of antennas and apps stay as they are',
  settings: { erasure: erasureSettings, archive: archiveSettings, database: databaseSettings },
  async run({ erasure: { userId, waitSeconds, afterRestore }, archive: archived, database }, { log, out }) {
    await withErasureStore(database, { archiveUrl: archived.url, log }, async (store) => {
      const reader = await openArchive(archived, { log });
      const archive = await RewritableArchive.open(archived.location, { emulatorUrl: archived.emulatorUrl });
      const { DuckDbUserFinder } = await import('@antenna/duckdb-engine');
      const finder = new DuckDbUserFinder({
        files: { fetch: (paths, folder) => reader.fetchFiles(paths, folder, { concurrency: FETCHED_AT_A_TIME }) },
      });
      const progress = showProgress(1, 'erasures');
      try {
        const result = await eraseUser({ stream: store, manifest: store, tables: store, archive, finder }, userId, {
          afterRestore,
          pause: pauseFor(waitSeconds),
          onHour: (hourMs) => {
            progress.step(hourText(hourMs));
          },
        });
        log.info('erased a user', { erasure: result.erasure, files: result.rewrittenFiles, events: result.events });
        out(`${erasureText(result)}\n`);
        refuseFailedHours(result);
      } finally {
        progress.stop();
        await archive.close();
      }
    });
  },
});

/** Waits for a moment, until `seconds` are over. */
function pauseFor(seconds: number): () => Promise<boolean> {
  const endsAt = performance.now() + seconds * 1000;
  return async () => {
    const left = endsAt - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(PAUSE_MS, left));
    return true;
  };
}
