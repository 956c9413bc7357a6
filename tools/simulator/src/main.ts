import { command, runApp } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { run } from './run.ts';
import { sendingSettings } from './sending-settings.ts';
import { simulationSettings } from './simulation-settings.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}

await runApp({
  name: 'simulator',
  description: 'Sends simulated events of devices to Kafka',
  commands: [
    command({
      description: 'Sends simulated events of devices to Kafka',
      settings: { simulation: simulationSettings, sending: sendingSettings, kafka: kafkaSettings },
      run: async (settings) => {
        process.stdout.write(`${await run(settings, stop.signal)}\n`);
      },
    }),
  ],
});
