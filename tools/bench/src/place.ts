import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';

const home = join(checkout, '.local', 'bench');

/** The data of the benchmark, which it may delete; no other program uses it. */
export const place = {
  home,
  /** Servers of its own: the peer's tables are dropped, and Postgres tracks commit timestamps. */
  stack: join(home, 'stack'),
  peer: join(home, 'peer'),
  truths: join(home, 'truths'),
  hours: join(home, 'hours'),
  runs: join(home, 'runs'),
  results: join(home, 'results.json'),
  /** Of small sizes: nothing to go by. */
  quickResults: join(home, 'quick-results.json'),
} as const;
