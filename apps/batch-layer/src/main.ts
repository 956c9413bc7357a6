import { runApp } from '@antenna/settings';
import { run } from './run.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

// Files that were fetched are removed when the process exits, which a signal alone would not make it do.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

await runApp({
  name: 'batch-layer',
  description: 'Computes hourly totals and the users over quota from the archive.',
  commands: [run, status, verify],
});
