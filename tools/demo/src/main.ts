import { asSoleUser, reportToStderr as tell } from '@antenna/local-stack';
import { command, runApp } from '@antenna/cli';
import { demo } from './demo.ts';
import { demoSettings } from './demo-settings.ts';
import { place } from './place.ts';
import { localServices } from './services.ts';

const description = 'Simulates five hours, runs all workers and proves that their totals are right';
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Not `once`: execa ends this process, too, when it finds that nobody else listens.
  process.on(signal, () => {
    stopped.abort();
  });
}

await runApp({
  name: 'demo',
  description,
  commands: [
    command({
      description,
      settings: { demo: demoSettings },
      run: ({ demo: { ports, keep } }) =>
        // Two at once would make the same places anew.
        asSoleUser(place.folder, async () => {
          const services = await localServices(ports);
          try {
            await demo({ services, tell, signal: stopped.signal });
          } finally {
            if (!keep) await services.stopStarted(tell);
          }
        }),
    }),
  ],
});
