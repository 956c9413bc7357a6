import { command } from '@antenna/cli';
import { quantile } from '../measure/statistics.ts';
import { markdownTable, numberText, type Table } from '../report/table.ts';
import { type PhaseName, SESSION_TIMEOUT_MS } from './deployment-phases.ts';
import { deployments, type PhaseDelays } from './deployments.ts';
import { LoadFailedError } from './event-block.ts';
import { inPlace, say, USUAL } from './load-commands.ts';
import { deploymentSettings } from './load-settings.ts';
import { STEPS } from './rebalance-steps.ts';

/** Greatest 99th percentile of each phase, milliseconds. */
const MAX_MS: Readonly<Record<PhaseName, number>> = {
  peace: 1_000,
  kill: SESSION_TIMEOUT_MS + 3_000,
  update: 3_000,
  'scale-up': 3_000,
};

/** Measures how fresh the totals stay while the workers change. */
export const deploymentsCommand = command({
  name: 'deployments',
  description: 'measures from arrival to row while 3 workers are updated, doubled and killed, and proves the totals',
  settings: { deployments: deploymentSettings },
  run: async ({ deployments: { phases, isBuilt, warmUpSeconds, settleSeconds, partitions, users, rate } }) => {
    const shape = { ...USUAL, events: rate, users, spanMs: 300_000 };
    const durations = { warmUpMs: warmUpSeconds * 1_000, settleMs: settleSeconds * 1_000 };
    const result = await inPlace((at) => deployments(at, { shape, partitions, rate, phases, isBuilt, ...durations }));
    say(`0 wrong rows of ${result.rows}: ${result.events} events counted and archived\n`);
    say(`${markdownTable(delayTable(result.phases))}\n`);
    say(`${markdownTable(stepTable(result.phases))}\n`);
    const missed = result.phases.filter(({ name, ms }) => quantile(ms, 0.99) > MAX_MS[name]).map(({ name }) => name);
    if (missed.length > 0) throw new LoadFailedError(`p99 is above its limit in: ${missed.join(', ')}`);
  },
});

function delayTable(phases: readonly PhaseDelays[]): Table {
  return {
    head: ['from arrival to row', 'p50 ms', 'p99 ms', 'max ms', 'p99 wanted, ms', 'probes'],
    rows: phases.map(({ name, ms }) => [
      name,
      ...[quantile(ms, 0.5), quantile(ms, 0.99), Math.max(...ms), MAX_MS[name], ms.length].map((each) =>
        numberText(each, 0),
      ),
    ]),
  };
}

function stepTable(phases: readonly PhaseDelays[]): Table {
  return {
    head: ['seconds until the last member has', ...STEPS.map(([step]) => step)],
    rows: phases.flatMap(({ steps }) =>
      steps.map(({ what, seconds }) => [
        what,
        ...seconds.map((each) => (each === undefined ? '' : numberText(each, 2))),
      ]),
    ),
  };
}
