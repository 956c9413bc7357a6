import type { App } from '@antenna/cli';
import { compact } from './compact.ts';
import { errorGuides } from './error-guides.ts';
import { run } from './run.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';
import type { Write } from './write.ts';

/** The application, telling its results to `write`. */
export function batchLayer(write: Write): App {
  return {
    name: 'batch-layer',
    description: 'Computes hourly totals and the users over quota from the archive.',
    commands: [run(write), compact(write), status(write), verify(write)],
    errorGuides,
  };
}
