import { runApp } from '@antenna/cli';
import { provisioner } from './provisioner.ts';

await runApp(provisioner);
