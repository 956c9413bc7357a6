import { until } from '@antenna/test-kit';
import type { Failpoint } from '../../failpoint.ts';
import type { Ending } from './ending.ts';
import { Tally } from './run-log.ts';
import { WorkerGroup, type WorkerProcess } from './worker-group.ts';

/** A worker that ends as its signals ask. */
class FakeWorker implements WorkerProcess {
  readonly pid: number;
  readonly failpoint: Failpoint | undefined;
  readonly signals: NodeJS.Signals[] = [];
  readonly #end = Promise.withResolvers<Ending>();

  constructor(pid: number, failpoint: Failpoint | undefined) {
    this.pid = pid;
    this.failpoint = failpoint;
  }

  get ended(): Promise<Ending> {
    return this.#end.promise;
  }

  kill(signal: NodeJS.Signals): boolean {
    this.signals.push(signal);
    if (signal === 'SIGKILL') this.end({ exitCode: undefined, signal });
    if (signal === 'SIGTERM') this.end({ exitCode: 0 });
    return true;
  }

  end(ending: Partial<Ending>): void {
    this.#end.resolve({ exitCode: undefined, signal: undefined, printed: '', ...ending });
  }
}

describe('a group of workers', () => {
  let started: FakeWorker[];
  let tally: Tally;
  let group: WorkerGroup;

  beforeEach(() => {
    started = [];
    tally = new Tally();
    const start = (failpoint: Failpoint | undefined) => {
      const worker = new FakeWorker(started.length, failpoint);
      started.push(worker);
      return worker;
    };
    group = new WorkerGroup({ start, tally, log: () => undefined });
  });

  afterEach(async () => {
    await group.stop();
    expect(tally.of('worker done')).toBeGreaterThan(0);
  });

  const startedAre = (count: number) => until(() => started.length === count, { what: `start number ${count}` });

  it('starts a successor for each that is killed', async () => {
    group.resize(3);
    await startedAre(3);
    group.kill(1, 2);
    await startedAre(5);
    expect(started.map(({ signals }) => signals)).toEqual([[], ['SIGKILL'], ['SIGKILL'], [], []]);
    expect(tally.of('worker killed')).toBe(2);
  });

  it('lets those leave that are too many, and starts no successor', async () => {
    group.resize(3);
    await startedAre(3);
    group.resize(1);
    expect(started.map(({ signals }) => signals)).toEqual([[], ['SIGTERM'], ['SIGTERM']]);
    group.resize(2);
    await startedAre(4);
  });

  it('gives a failpoint to the next one, and again until one has died of it', async () => {
    const failpoint: Failpoint = { moment: 'after', step: 'commit', call: 1 };
    group.resize(1);
    await startedAre(1);
    group.arm([failpoint]);
    group.kill(0, 1);
    await startedAre(2);
    group.kill(0, 1);
    await startedAre(3);
    expect(started.map((worker) => worker.failpoint)).toEqual([undefined, failpoint, failpoint]);
    started[2]?.end({ signal: 'SIGKILL', printed: 'failpoint after:commit:1 reached' });
    await startedAre(4);
    expect(started[3]?.failpoint).toBeUndefined();
    expect(tally.of('SIGKILL after commit')).toBe(1);
  });

  it('freezes one, and lets it go on', async () => {
    group.resize(2);
    await startedAre(2);
    await group.freeze(1, 1);
    expect(started.map(({ signals }) => signals)).toEqual([[], ['SIGSTOP', 'SIGCONT']]);
  });

  it('starts no worker while all are frozen', async () => {
    group.resize(1);
    await startedAre(1);
    await group.whileFrozen(async () => {
      group.kill(0, 1);
      await until(() => tally.of('worker killed') === 1, { what: 'death' });
      expect(started).toHaveLength(1);
    });
    await startedAre(2);
  });

  it('starts no successor of a worker that was to leave while all were frozen', async () => {
    group.resize(2);
    await startedAre(2);
    await group.whileFrozen(async () => {
      group.kill(1, 1);
      await until(() => tally.of('worker killed') === 1, { what: 'death' });
      group.resize(1);
    });
    group.resize(2);
    await startedAre(3);
    await group.stop();
    expect(started).toHaveLength(3);
  });

  it('notes endings that no fault explains', async () => {
    group.resize(1);
    await startedAre(1);
    started[0]?.end({ exitCode: 4, printed: 'DATA_GAP' });
    await startedAre(2);
    started[1]?.end({ exitCode: 1, printed: 'TypeError' });
    await startedAre(3);
    expect(group.unexpected).toEqual(['a worker ended with 4: DATA_GAP', 'a worker ended with 1: TypeError']);
  });

  it('excuses a code that a fault has announced, of workers that began before it was over', async () => {
    group.resize(2);
    await startedAre(2);
    const refused = group.expect('OTHER_STREAM');
    started[0]?.end({ exitCode: 1, printed: 'OTHER_STREAM' });
    await startedAre(3);
    refused.over();
    started[1]?.end({ exitCode: 1, printed: 'OTHER_STREAM' });
    await startedAre(4);
    expect(group.unexpected).toEqual([]);
  });
});
