import { runApp } from '@antenna/cli';
import { simulator } from './simulator.ts';

await runApp(simulator);
