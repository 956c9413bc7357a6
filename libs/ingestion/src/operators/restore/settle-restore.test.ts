import { archivePath, ERASED_ID, EventColumnsBuilder, withoutUser } from '@antenna/archive-format';
import { EventInterners } from '@antenna/event-schema';
import fc from 'fast-check';
import { type RestorePorts, settleRestore } from './settle-restore.ts';

const HOUR = Date.UTC(2022, 9, 29, 13);

const pathOf = (startOffset: number) =>
  archivePath({ topic: 'devices', partition: 0, startOffset, endOffset: startOffset + 1, hourMs: HOUR });

const LISTED = pathOf(0);
const INTENDED = pathOf(1);
const LOST = [pathOf(2), pathOf(3), pathOf(4)];

interface StoredFile {
  readonly version: number;
  readonly id: string;
}

/** Archive, place aside and restored manifest in memory, with the semantics of the real ones (restores.sql.ts). */
class RestoredSystem {
  readonly archive = new Map<string, StoredFile>();
  readonly aside = new Map<string, StoredFile>();
  readonly listed = new Set([LISTED]);
  readonly intended = new Set([INTENDED]);
  readonly noted = new Set<string>();
  #open: number | undefined;
  #restores = 0;
  #versions = 0;

  constructor() {
    for (const path of [LISTED, INTENDED, ...LOST]) this.create(path);
  }

  create(path: string, id = 'ana'): void {
    this.archive.set(path, { version: (this.#versions += 1), id });
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** What workers do once they can claim: they archive the lost records again, here under the same names. */
  archiveAgain(): void {
    if (this.isOpen) return;
    for (const path of LOST) {
      if (!this.archive.has(path)) this.create(path);
      this.listed.add(path);
    }
  }

  /** @param step is awaited before and after the effect of every call; it can end the command by an error. */
  ports(step: () => Promise<void> = () => Promise.resolve()): RestorePorts {
    const call = async <T>(effect: () => T): Promise<T> => {
      await step();
      const answer = effect();
      await step();
      return answer;
    };
    const unknownPaths = (paths: readonly string[]) =>
      paths.filter((path) => !this.listed.has(path) && !this.intended.has(path));
    const folder = () => [...this.archive].map(([path]) => ({ path, sizeBytes: 1 }));
    return {
      manifest: {
        begin: () => call(() => ({ number: (this.#open ??= this.#restores += 1), positions: [] })),
        unknownPaths: (paths) => call(() => unknownPaths(paths)),
        noteSetAside: (restore, { path }) =>
          call(() => {
            if (this.#open !== restore || unknownPaths([path]).length === 0) throw new Refused();
            this.noted.add(path);
          }),
        end: (restore) =>
          call(() => {
            if (this.#open === restore) this.#open = undefined;
            return { files: this.noted.size, events: this.noted.size, erasedEvents: 0 };
          }),
      },
      listed: {
        nextHour: (fromMs) =>
          call(() => {
            const files = [...this.listed].map((path) => ({ path, sizeBytes: 1, replacements: [] }));
            return fromMs <= HOUR ? { hourMs: HOUR, files } : undefined;
          }),
      },
      archive: {
        async *folders() {
          yield await call(folder);
        },
        read: (path) =>
          call(() => {
            const stored = this.archive.get(path);
            if (stored === undefined) throw new Refused();
            const rows = rowsWith(stored.id);
            return { path, version: String(stored.version), checksum: stored.id, sizeBytes: 1, rows };
          }),
        copyAside: ({ path }) =>
          call(() => {
            const stored = this.archive.get(path);
            if (stored === undefined) throw new Refused();
            if (!this.aside.has(path)) this.aside.set(path, stored);
          }),
        remove: (path, version) =>
          call(() => {
            if (String(this.archive.get(path)?.version) === version) this.archive.delete(path);
          }),
      },
    };
  }
}

/** A call that the other run, or the workers after its end, have made impossible. */
class Refused extends Error {}

class Killed extends Error {}

function rowsWith(id: string) {
  const rows = new EventColumnsBuilder(0);
  rows.append(
    0,
    new EventInterners().intern({ eventTimeMs: HOUR, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE' }),
  );
  return id === ERASED_ID ? withoutUser(rows.build(), 'ana') : rows.build();
}

function killedAt(system: RestoredSystem, last: number, onCall?: () => Promise<void>) {
  let steps = 0;
  const step = async () => {
    await onCall?.();
    if (steps >= last) throw new Killed();
    steps += 1;
  };
  return { ports: system.ports(step), steps: () => steps };
}

function expectSettled(system: RestoredSystem): void {
  expect([...system.archive.keys()]).toEqual([LISTED, INTENDED]);
  expect([...system.aside.keys()].sort()).toEqual(LOST);
  expect([...system.noted].sort()).toEqual(LOST);
  expect(system.isOpen).toBe(false);
}

describe('the settlement of a restored database', () => {
  it('sets aside exactly the files that neither the manifest nor an open intent knows', async () => {
    const system = new RestoredSystem();
    const settled = await settleRestore(system.ports());
    expect(settled).toMatchObject({ listedFiles: 1, contradictions: [], setAside: { files: 3 } });
    expectSettled(system);
  });

  it('can be killed before and after every call, and then run again, and loses no file', async () => {
    const whole = killedAt(new RestoredSystem(), Infinity);
    await settleRestore(whole.ports);
    for (let last = 0; last < whole.steps(); last += 1) {
      const system = new RestoredSystem();
      await settleRestore(killedAt(system, last).ports).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Killed);
      });
      expect(LOST.filter((path) => !system.archive.has(path) && !system.aside.has(path))).toEqual([]);
      await settleRestore(system.ports());
      expectSettled(system);
    }
  });

  it('removes no file that workers have created since, in whichever order two runs go on and whichever is killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(80), fc.nat(80), async (scheduler, firstEnd, secondEnd) => {
        const system = new RestoredSystem();
        const inTurn = (name: string) => () =>
          scheduler.schedule(Promise.resolve(), name).then(() => {
            system.archiveAgain();
          });
        const isExpected = (error: unknown) => error instanceof Killed || error instanceof Refused;
        const outcomes = Promise.all(
          [firstEnd, secondEnd].map((end, run) =>
            settleRestore(killedAt(system, end, inTurn(String(run))).ports).then(() => true, isExpected),
          ),
        );
        await scheduler.waitFor(outcomes);
        await settleRestore(system.ports());
        system.archiveAgain();
        expect([LISTED, ...LOST].filter((path) => !system.archive.has(path))).toEqual([]);
        expect([...system.archive.keys()].filter((path) => path !== INTENDED).sort()).toEqual([LISTED, ...LOST]);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves files that are missing, or that others have added, and names them', async () => {
    const system = new RestoredSystem();
    system.archive.delete(LISTED);
    system.create('part-0.parquet');
    const { contradictions } = await settleRestore(system.ports());
    expect(contradictions.map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      'part-0.parquet is unknown to the manifest and has no name of this product: it was left',
      `${LISTED} is missing`,
    ]);
    expect(system.archive.has('part-0.parquet')).toBe(true);
  });

  it('tells a listed file that an erasure has rewritten since from one of another size', async () => {
    const system = new RestoredSystem();
    const other = pathOf(9);
    system.create(LISTED, ERASED_ID);
    system.create(other);
    system.listed.add(other);
    const ports = system.ports();
    const listed = {
      nextHour: async (fromMs: number) => {
        const hour = await ports.listed.nextHour(fromMs);
        return hour && { ...hour, files: hour.files.map((file) => ({ ...file, sizeBytes: 2 })) };
      },
    };
    expect(await settleRestore({ ...ports, listed })).toMatchObject({
      rewrittenFiles: [LISTED],
      contradictions: [{ path: other, problem: 'has 1 bytes instead of 2' }],
    });
  });
});
