import { join, resolve } from 'node:path';

/** The repository. */
export const checkout = resolve(import.meta.dirname, '..', '..', '..');

const folder = join(checkout, '.local', 'demo');

/** All that the demo makes anew and may destroy; nothing of it is anybody else's. */
export const place = {
  folder,
  database: 'antenna_demo',
  topic: 'devices-demo',
  partitions: 4,
  groupId: 'speed-layer-demo',
  archive: join(folder, 'archive'),
  report: join(folder, 'report.html'),
} as const;
