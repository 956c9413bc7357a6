import { join } from 'node:path';
import { batchLayer } from '@antenna/batch-layer';
import { provisioner } from '@antenna/provisioner';
import type { App } from '@antenna/cli';
import { speedLayer } from '@antenna/speed-layer';

/** What operators run, in the order in which they meet it. */
export const applications: readonly App[] = [provisioner, speedLayer, batchLayer];

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

export const SETTINGS_PAGE = join(ROOT, 'docs', 'settings.md');
export const TROUBLESHOOTING_PAGE = join(ROOT, 'docs', 'troubleshooting.md');
