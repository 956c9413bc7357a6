import type { App } from '@antenna/cli';
import { certificate } from './certificate.ts';
import { compact } from './compact.ts';
import { corrections } from './corrections.ts';
import { erase } from './erase.ts';
import { errorGuides } from './error-guides.ts';
import { explain } from './explain.ts';
import { reconcile } from './reconcile.ts';
import { retain } from './retain.ts';
import { run } from './run.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

/** The application and all its commands. */
export const batchLayer: App = {
  name: 'batch-layer',
  description: 'Computes hourly totals and the users over quota from the archive.',
  commands: [run, compact, explain, reconcile, status, verify, certificate, corrections, retain, erase],
  errorGuides,
};
