import { command, runApp } from '@antenna/cli';
import { buildImage, buildImages } from './build/build-image.ts';
import { buildSettings, extentSettings, targetSettings } from './build/build-settings.ts';
import { sourceOf, withCommittedSource } from './build/source.ts';
import { checkImages } from './check/check-images.ts';
import { checkCompose } from './compose/check-compose.ts';
import { checkout } from './image.ts';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped.abort();
  });
}
const { signal } = stopped;

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

await runApp({
  name: 'images',
  description: 'The images of the applications: builds them, and sees that they are what they promise to be.',
  commands: [
    command({
      name: 'build',
      description: 'build an image, tagged with the version from Git and with dev',
      settings: { target: targetSettings, build: buildSettings },
      run: async ({ target: { image, committed }, build }) => {
        const { reference } = committed
          ? await withCommittedSource(checkout, (source) => buildImage(image, source, { ...build, signal }))
          : await buildImage(image, await sourceOf(checkout), { ...build, signal });
        tell(reference);
      },
    }),
    command({
      name: 'check',
      description: 'build all images from what is committed, and check each by itself',
      settings: { extent: extentSettings, build: buildSettings },
      run: ({ extent, build }) =>
        withCommittedSource(checkout, async (source) => {
          await checkImages(await buildImages(extent.images, source, { ...build, signal }), source, tell);
        }),
    }),
    command({
      name: 'compose',
      description: 'build all images from what is committed, bring docker/compose.yaml up, and prove what comes out',
      settings: { extent: extentSettings, build: buildSettings },
      run: ({ extent: { images, withDashboards }, build }) =>
        withCommittedSource(checkout, async (source) => {
          await buildImages(images, source, { ...build, signal });
          await checkCompose({ source, prefix: build.prefix, withDashboards, signal, tell });
        }),
    }),
  ],
});
