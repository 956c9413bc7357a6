import { setTimeout as delay } from 'node:timers/promises';
import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

const MOST = 4;

/** Workers join or leave, once or in quick succession: each time the partitions are dealt anew. */
export const resize: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const times = chance.happens(0.3) ? chance.integer(3, 6) : 1;
    const sizes = Array.from({ length: times }, () => chance.integer(1, MOST));
    const pauseMs = chance.integer(200, 1_500);
    return {
      name: times === 1 ? 'workers join or leave' : 'rebalance storm',
      text: `resize to ${sizes.join(', ')} every ${pauseMs} ms`,
      resource: 'group',
      async inject({ workers }) {
        for (const size of sizes) {
          workers.resize(size);
          await delay(pauseMs);
        }
      },
    };
  },
};
