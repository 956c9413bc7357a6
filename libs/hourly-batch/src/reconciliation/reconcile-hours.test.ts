import { aFile, aManifest, HOUR } from '../testing/an-hour.ts';
import type { TypeDifference } from './difference.ts';
import type { HourDifference, ReconciliationRecord } from './ports.ts';
import { isReconciled, type ReconciliationPorts, reconcileHours } from './reconcile-hours.ts';

const NO_CAUSES = {
  ...{ countedNotArchived: 0n, archivedNotCounted: 0n, archivedSinceRun: 0n },
  ...{ belowFloor: 0n, acknowledged: 0n, foreignArchive: 0n },
};

function aDifference(unexplained: Partial<TypeDifference['unexplained']> = {}): HourDifference {
  const type = {
    ...{ type: 'user_total_bytes' as const, speed: 12n, batch: 12n, causes: NO_CAUSES },
    unexplained: { speed: 0n, archive: 0n, batch: 0n, ...unexplained },
  };
  return { hourMs: HOUR, types: [type], filesSinceRun: [] };
}

function portsOf(difference: HourDifference, sizeBytes = 1000) {
  const records: ReconciliationRecord[] = [];
  const ports: ReconciliationPorts = {
    reconciliation: {
      differences: ({ fromMs }) => Promise.resolve(fromMs === HOUR ? [difference] : []),
      dueHours: () => Promise.resolve([HOUR]),
      record: (recorded) => Promise.resolve(void records.push(...recorded)),
    },
    store: { readManifest: () => Promise.resolve(aManifest()) },
    folder: { list: () => Promise.resolve([{ path: aFile().path, sizeBytes }]) },
    scanner: { scan: () => Promise.resolve({ sizeBytes: 1000, checksum: 'another' }) },
  };
  return { ports, records };
}

describe('the reconciliation of an hour', () => {
  it('is in order when no byte is unexplained and the files have their sizes', async () => {
    const { ports, records } = portsOf(aDifference());
    const reconciled = await reconcileHours(ports, [HOUR], { readFiles: false });
    expect(reconciled.map(isReconciled)).toEqual([true]);
    expect(records).toEqual([{ hourMs: HOUR, unexplainedBytes: 0n, fileProblems: 0 }]);
  });

  it('counts two errors that cancel each other', async () => {
    const { ports, records } = portsOf(aDifference({ speed: 5n, batch: -5n }));
    const reconciled = await reconcileHours(ports, [HOUR], { readFiles: false });
    expect(reconciled.map(isReconciled)).toEqual([false]);
    expect(records).toMatchObject([{ unexplainedBytes: 10n }]);
  });

  it('names a file of another size without reading it', async () => {
    const { ports, records } = portsOf(aDifference(), 999);
    const [hour] = await reconcileHours(ports, { fromMs: HOUR, toMs: HOUR + 1 }, { readFiles: false });
    expect(hour?.problems).toEqual([{ path: aFile().path, problem: 'has 999 bytes instead of 1000' }]);
    expect(records).toMatchObject([{ fileProblems: 1 }]);
  });

  it('names a file of the same size and other content if it reads the files', async () => {
    const { ports } = portsOf(aDifference());
    const [hour] = await reconcileHours(ports, [HOUR], { readFiles: true });
    expect(hour?.problems).toContainEqual({
      path: aFile().path,
      problem: 'has checksum another instead of c0ffee',
    });
  });
});
