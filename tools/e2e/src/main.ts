import { asSoleUser, reportToStderr as tell } from '@antenna/local-stack';
import { command, runApp } from '@antenna/cli';
import { chaos, CHAOS_FOLDER } from './chaos/run/chaos.ts';
import { chaosSettings } from './chaos/run/plan.ts';

const description =
  'Breaks the workers and their services while events come, and proves that nothing is wrong afterwards';
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopped.abort();
  });
}

await runApp({
  name: 'chaos',
  description,
  commands: [
    command({
      description,
      settings: { plan: chaosSettings },
      // Two at once would use the same folder, and one processor too few.
      run: ({ plan }) => asSoleUser(CHAOS_FOLDER, () => chaos(plan, { tell, signal: stopped.signal })),
    }),
  ],
});
