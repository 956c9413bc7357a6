import { runApp } from '@antenna/cli';
import { batchLayer } from './batch-layer.ts';

// An exit handler removes the downloaded files; a signal by itself would end the process without running it.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

await runApp(batchLayer);
