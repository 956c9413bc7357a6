import { command, runApp } from '@antenna/cli';
import { asSoleUser, reportToStderr as report } from '@antenna/local-stack';
import { benchSettings } from './bench-settings.ts';
import { bench } from './bench.ts';
import { deploymentsCommand } from './load/deployments-command.ts';
import {
  brokenClocksCommand,
  compactionCommand,
  drainCommand,
  hourCommand,
  overloadCommand,
  quotaDelayCommand,
} from './load/load-commands.ts';
import { place } from './stack/bench-stack.ts';
import { record } from './report/record.ts';
import { consoleReport } from './report/sections.ts';
import { partsCommand } from './parts/parts-command.ts';
import { yearsCommand } from './years/years-command.ts';

const description =
  'Measures this product and its peers, the same pipeline on Spark and on Flink, side by side on this machine';

await runApp({
  name: 'bench',
  description,
  commands: [
    command({
      description,
      settings: { bench: benchSettings },
      run: ({ bench: options }) =>
        asSoleUser(place.home, async () => {
          const { findings } = await bench(options, report);
          process.stdout.write(`${consoleReport(findings)}\n`);
        }),
    }),
    command({
      name: 'record',
      description: 'write what was measured last into docs/performance.md',
      settings: {},
      run: async () => {
        process.stdout.write(`docs/performance.md: ${(await record()).join(', ')}\n`);
      },
    }),
    overloadCommand,
    brokenClocksCommand,
    drainCommand,
    hourCommand,
    compactionCommand,
    quotaDelayCommand,
    partsCommand,
    yearsCommand,
    deploymentsCommand,
  ],
});
