import { setTimeout as delay } from 'node:timers/promises';
import { within } from '@antenna/test-kit';
import type { StorageTrouble } from '../system/storage-proxy.ts';
import type { FaultKind } from './fault.ts';

/** The storage server answers some requests wrongly, or not, for a while. */
export const storageTrouble = (what: StorageTrouble): FaultKind => ({
  archives: ['gcs'],
  draw(chance) {
    const every = chance.integer(1, 3);
    const ms = chance.integer(2_000, 5_000);
    const name = `GCS: ${what}`;
    return {
      name,
      text: `${name} for every request of ${every}, for ${ms} ms`,
      resource: 'storage',
      async inject({ services, tally }) {
        const before = services.storage.hits;
        services.storage.trouble({ what, every });
        // At first, no chunk may be due, so that no request arrives.
        await within(FIRST_HIT_MS, () => services.storage.hits > before, POLL_MS);
        await delay(ms);
        services.storage.trouble(undefined);
        tally.count(`requests hit, ${name}`, services.storage.hits - before);
      },
    };
  },
});

const POLL_MS = 100;
const FIRST_HIT_MS = 15_000;

/** The disk of a local archive is full for a while (ENOSPC). */
export const fullDisk: FaultKind = {
  archives: ['local'],
  draw(chance) {
    const ms = chance.integer(2_000, 6_000);
    return {
      name: 'disk of the archive full',
      text: `disk full for ${ms} ms`,
      resource: 'storage',
      async inject({ archive, tally }) {
        if (archive.disk === undefined) {
          tally.count('disk of the archive full: skipped, nothing can be mounted');
          return;
        }
        await archive.disk.fill();
        await delay(ms);
        await archive.disk.enlarge();
      },
    };
  },
};
