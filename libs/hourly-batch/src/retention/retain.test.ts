import type { RaisedFloor, RemovalOutcome, RetentionKind, RetentionStore } from './ports.ts';
import { retain } from './retain.ts';

const FLOOR: RaisedFloor = {
  floorMs: Date.UTC(2026, 8),
  wantedMs: Date.UTC(2026, 8),
  firstMonthMs: Date.UTC(2026, 0),
  obstacle: undefined,
};

function aStore(outcomes: Readonly<Record<string, RemovalOutcome>>) {
  const calls: string[] = [];
  const store: RetentionStore = {
    raiseFloor: (kind, days, isDryRun) => {
      calls.push(`raise ${kind} ${days}${isDryRun ? ' dry' : ''}`);
      return Promise.resolve(FLOOR);
    },
    removable: (kind: RetentionKind) =>
      Promise.resolve(
        Object.keys(outcomes).filter((name) => name.startsWith(kind === 'hours' ? 'bytes_hourly' : 'bytes_2')),
      ),
    remove: (partition, mayWait) => {
      calls.push(`remove ${partition}${mayWait ? ' at once' : ''}`);
      return Promise.resolve(outcomes[partition] ?? 'gone');
    },
    analyze: () => {
      calls.push('analyze');
      return Promise.resolve();
    },
  };
  return { store, calls };
}

const OPTIONS = { dryRun: false, mayWait: false };

describe('retention', () => {
  it('touches nothing of a kind without a setting', async () => {
    const { store, calls } = aStore({ bytes_2026_08: 'removed', bytes_hourly_2026_08: 'removed' });
    expect(await retain(store, { windows: undefined, hours: undefined }, OPTIONS)).toEqual([]);
    await retain(store, { windows: 30, hours: undefined }, OPTIONS);
    expect(calls).toEqual(['raise windows 30', 'remove bytes_2026_08', 'analyze']);
  });

  it('removes the other partitions when one is in use', async () => {
    const { store } = aStore({ bytes_2026_07: 'busy', bytes_2026_08: 'removed' });
    expect(await retain(store, { windows: 30, hours: undefined }, OPTIONS)).toMatchObject([
      {
        kind: 'windows',
        days: 30,
        removals: [
          { partition: 'bytes_2026_07', outcome: 'busy' },
          { partition: 'bytes_2026_08', outcome: 'removed' },
        ],
      },
    ]);
  });

  it('removes nothing in a dry run', async () => {
    const { store, calls } = aStore({ bytes_2026_08: 'removed' });
    await retain(store, { windows: 30, hours: 400 }, { ...OPTIONS, dryRun: true });
    expect(calls).toEqual(['raise windows 30 dry', 'raise hours 400 dry']);
  });
});
