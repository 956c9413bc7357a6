import type { DrainRun, Findings, SubscriberRun } from './results.ts';
import { sectionsOf } from './sections.ts';

const aDrain = (contestant: string): DrainRun => ({
  contestant,
  ...{ events: 1_000_000, users: 1, partitions: 1, hours: 1, workers: 1 },
  ...{ wallSeconds: 10, drainSeconds: 10, cpuSeconds: 5, postgresCpuSeconds: 1, brokerCpuSeconds: 1 },
  ...{ peakMemoryBytes: 1_048_576, archiveFiles: 1, archiveBytes: 1_000_000, loadBefore: 0 },
});

const drainsOf = (...contestants: readonly string[]): Findings => ({
  rounds: {
    transport: [{ records: 1, seconds: 1, cpuSeconds: 1, brokerCpuSeconds: 1 }],
    drains: contestants.map(aDrain),
    batches: [],
  },
});

const headsOf = (findings: Findings): readonly (readonly [string, readonly string[]])[] =>
  sectionsOf(findings)
    .filter(({ title }) => title.startsWith('Draining'))
    .map(({ title, table }) => [title, table.head]);

describe('the tables of drains', () => {
  const better = 'product is better by';

  it('are one for each family of peers, each with the product', () => {
    const findings = drainsOf('product', 'flink-stream', 'flink-sql', 'spark combined');
    expect(headsOf(findings)).toEqual([
      ['Draining a backlog, beside Flink', ['', 'product', 'flink-stream', better, 'flink-sql', better]],
      ['Draining a backlog, beside Spark', ['', 'product', 'spark combined', better]],
    ]);
  });

  it('are one for the product alone when no peer was measured', () => {
    expect(headsOf(drainsOf('product'))).toEqual([['Draining a backlog', ['', 'product']]]);
  });
});

describe('the table of subscribers', () => {
  it('has one row for all drains of a topic by one contestant', () => {
    const run = (contestant: string, eventsPerWindow: number): SubscriberRun => ({
      ...aDrain(contestant),
      ...{ users: 1_000_000, eventsPerWindow, windows: 1 },
    });
    const subscribers = [run('product', 1), run('product', 1), run('spark combined', 1), run('product', 20)];
    const [section] = sectionsOf({ subscribers });
    expect(section?.table.rows.map((row) => row.slice(0, 5))).toEqual([
      ['1,000,000', '1', '1', 'product', '100,000 (100,000–100,000)'],
      ['1,000,000', '1', '1', 'spark combined', '100,000'],
      ['1,000,000', '20', '1', 'product', '100,000'],
    ]);
  });
});
