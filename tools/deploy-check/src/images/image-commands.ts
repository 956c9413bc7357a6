import { command } from '@antenna/cli';
import { checkout } from '@antenna/test-kit';
import { checkCompose } from '../compose/check-compose.ts';
import { buildImage, buildImages, sourceOf, withCommittedSource } from './build-image.ts';
import { checkImages } from './check-image.ts';
import { buildSettings, extentSettings, targetSettings } from './image-settings.ts';

/** Aborted by SIGINT and SIGTERM: a command then removes its containers and folders before it ends. */
function interruption(): AbortSignal {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopped.abort();
    });
  }
  return stopped.signal;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Builds the images of the applications, and checks that they are what they promise to be. */
export const imageCommands = [
  command({
    name: 'build',
    description: 'build an image, tagged with the version from Git and with dev',
    settings: { target: targetSettings, build: buildSettings },
    run: async ({ target: { image, committed }, build }) => {
      const { reference } = committed
        ? await withCommittedSource(checkout, (source) =>
            buildImage(image, source, { ...build, signal: interruption() }),
          )
        : await buildImage(image, await sourceOf(checkout), { ...build, signal: interruption() });
      tell(reference);
    },
  }),
  command({
    name: 'images',
    description: 'build all images from what is committed, and check each by itself',
    settings: { extent: extentSettings, build: buildSettings },
    run: ({ extent, build }) =>
      withCommittedSource(checkout, async (source) => {
        await checkImages(await buildImages(extent.images, source, { ...build, signal: interruption() }), source, tell);
      }),
  }),
  command({
    name: 'compose',
    description: 'build all images from what is committed, bring docker/compose.yaml up, and prove what comes out',
    settings: { extent: extentSettings, build: buildSettings },
    run: ({ extent: { images, withDashboards }, build }) =>
      withCommittedSource(checkout, async (source) => {
        const signal = interruption();
        await buildImages(images, source, { ...build, signal });
        await checkCompose({ source, prefix: build.prefix, withDashboards, signal, tell });
      }),
  }),
];
