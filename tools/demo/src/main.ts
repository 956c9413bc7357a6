import { asSoleUser, reportToStderr as tell } from '@antenna/local-stack';
import { command, oneOf, runApp, setting, settingsGroup, yesOrNo } from '@antenna/cli';
import { demo } from './demo.ts';
import { place } from './place.ts';
import { localServices } from './services.ts';

const demoSettings = settingsGroup({
  title: 'Demo',
  fields: {
    ports: setting({
      name: 'ports',
      description: 'ports of the services that do not run yet: the well-known ones, or ones that are free',
      type: oneOf(['default', 'free']),
      default: 'default',
    }),
    keep: setting({
      name: 'keep',
      description: 'leave the services running that the demo has started',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

const description = 'Simulates five hours, runs all workers and proves that their totals are right';
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Not `once`: execa ends this process, too, when nothing else listens.
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
