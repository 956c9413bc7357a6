import { runApp } from '@antenna/cli';
import { batchLayer } from './batch-layer.ts';

// Files that were fetched are removed when the process exits, which a signal alone would not make it do.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

await runApp(batchLayer);
