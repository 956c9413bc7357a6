import { runApp } from '@antenna/cli';
import { speedLayer } from './speed-layer.ts';

await runApp(speedLayer);
