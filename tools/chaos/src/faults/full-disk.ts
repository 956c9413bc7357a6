import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind } from './fault.ts';

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
