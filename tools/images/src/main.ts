import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command, runApp } from '@antenna/settings';
import { buildImage } from './build-image.ts';
import { buildSettings, targetSettings } from './build-settings.ts';
import { checkout } from './image.ts';
import { committedSource, sourceOf } from './source.ts';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped.abort();
  });
}
const { signal } = stopped;

await runApp({
  name: 'images',
  description: 'The images of the applications: builds them, and sees that they hold what they promise.',
  commands: [
    command({
      name: 'build',
      description: 'build an image, tagged with the version from Git and with dev',
      settings: { target: targetSettings, build: buildSettings },
      run: async ({ target: { image, committed }, build }) => {
        const folder = await mkdtemp(join(tmpdir(), 'antenna-images-'));
        try {
          const source = committed ? await committedSource(checkout, folder) : await sourceOf(checkout);
          process.stdout.write(`${await buildImage(image, source, { ...build, signal })}\n`);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      },
    }),
  ],
});
