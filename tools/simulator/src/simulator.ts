import { type App, command } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { run } from './run.ts';
import { sendingSettings } from './sending-settings.ts';
import { simulationSettings } from './simulation-settings.ts';

const description = 'Sends simulated events of devices to Kafka';

const simulation = command({
  description,
  settings: { simulation: simulationSettings, sending: sendingSettings, kafka: kafkaSettings },
  async run(settings, { out }) {
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        stop.abort();
      });
    }
    out(`${await run(settings, stop.signal)}\n`);
  },
});

/** The application and its one command. */
export const simulator: App = {
  name: 'simulator',
  description,
  commands: [simulation],
};
