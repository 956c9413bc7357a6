import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';

const home = join(checkout, '.local', 'bench');

/** All that the benchmark keeps and may destroy; nothing of it is anybody else's. */
export const place = {
  home,
  /** Servers of its own: the peer's tables are dropped, and Postgres is told to keep the times of commits. */
  stack: join(home, 'stack'),
  peer: join(home, 'peer'),
  truths: join(home, 'truths'),
  hours: join(home, 'hours'),
  runs: join(home, 'runs'),
  results: join(home, 'results.json'),
  /** Of small sizes: nothing to go by. */
  quickResults: join(home, 'quick-results.json'),
} as const;
