import { ERASED_ID } from '@antenna/archive-format';
import { utf8Texts } from '@antenna/event-schema';
import { ONE_HOUR } from '@antenna/windowing';
import fc from 'fast-check';
import { HOUR } from '../testing/an-hour.ts';
import { ErasableSystem } from '../testing/erasable-system.ts';
import { type ErasurePorts, eraseUser } from './erase-user.ts';
import { ReplacementRefusedError } from './ports.ts';

const options = { pause: () => Promise.resolve(false) };

/** Two hours with three files, of which two have ana's events. */
function aSystem(): ErasableSystem {
  const system = new ErasableSystem();
  system.archive(0, 'ana', 'bob', 'ana');
  system.archive(0, 'bob', 'eva');
  system.archive(1, 'eva', 'ana');
  return system;
}

function expectErased(system: ErasableSystem): void {
  expect([...system.files.keys()].map((path) => system.idsIn(path))).toEqual([
    [ERASED_ID, 'bob', ERASED_ID],
    ['bob', 'eva'],
    ['eva', ERASED_ID],
  ]);
  expect([...system.manifest.values()].flatMap(({ replacements }) => [...replacements])).toEqual([]);
  expect(system.contradictions()).toEqual([]);
  expect([...system.totals.values()].some((ids) => ids.has('ana'))).toBe(false);
  expect(system.records.has('ana')).toBe(false);
}

class Killed extends Error {}

/** A step that ends the process at the given call; undefined: never. */
function killedAt(system: ErasableSystem, last: number | undefined, onCall?: () => Promise<void>) {
  let steps = 0;
  const step = async () => {
    await onCall?.();
    expect(system.contradictions()).toEqual([]);
    // Also what would follow the last call of a killed process does not happen.
    if (last !== undefined && steps >= last) throw new Killed();
    steps += 1;
  };
  return { ports: system.ports(step), steps: () => steps };
}

/** Two erasures that take turns with one file, attempt after attempt, give it up in the end and are to be run again. */
function isKilledOrInConflict(error: unknown): boolean {
  return error instanceof Killed || (error instanceof Error && 'code' in error && error.code === 'ERASURE_CONFLICT');
}

describe('the erasure of a user', () => {
  it('removes the id from every file, and the user from totals and records', async () => {
    const system = aSystem();
    expect(await eraseUser(system.ports(), 'ana', options)).toEqual({
      ...{ erasure: 1, searchedHours: [HOUR, HOUR + ONE_HOUR.sizeMs], searchedFiles: 3 },
      ...{ rewrittenFiles: 2, events: 3, hours: 2, failures: [] },
      records: { hadMetadata: true, quotaEvents: 0, deadLetters: 0, corrections: 0 },
    });
    expectErased(system);
  });

  it('finds nothing when it is run again', async () => {
    const system = aSystem();
    await eraseUser(system.ports(), 'ana', options);
    const again = await eraseUser(system.ports(), 'ana', options);
    expect(again).toMatchObject({ rewrittenFiles: 0, events: 0, hours: 0, records: { hadMetadata: false } });
    expectErased(system);
  });

  it('can be killed before and after every call, and then run again', async () => {
    const whole = aSystem();
    const { ports, steps } = killedAt(whole, undefined);
    await eraseUser(ports, 'ana', options);
    for (let last = 0; last < steps(); last += 1) {
      const system = aSystem();
      await eraseUser(killedAt(system, last).ports, 'ana', options).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Killed);
      });
      expect(system.contradictions()).toEqual([]);
      await eraseUser(system.ports(), 'ana', options);
      expectErased(system);
    }
  });

  it('settles what a killed erasure of another user has left open', async () => {
    const whole = aSystem();
    const { ports, steps } = killedAt(whole, undefined);
    await eraseUser(ports, 'bob', options);
    for (let last = 0; last < steps(); last += 1) {
      const system = aSystem();
      await eraseUser(killedAt(system, last).ports, 'bob', options).catch(() => undefined);
      await eraseUser(system.ports(), 'nobody', options);
      expect([...system.manifest.values()].flatMap(({ replacements }) => [...replacements])).toEqual([]);
      expect(system.contradictions()).toEqual([]);
    }
  });

  it('leaves no contradiction beside another erasure, in whichever order their calls run and whichever is killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.option(fc.nat(40), { nil: undefined }),
        fc.option(fc.nat(40), { nil: undefined }),
        async (scheduler, firstEnd, secondEnd) => {
          const system = aSystem();
          const inTurn = (name: string) => () => scheduler.schedule(Promise.resolve(), name);
          const outcome = (ports: ErasurePorts, id: string) =>
            eraseUser(ports, id, options).then(
              ({ failures }) => failures.every(({ error }) => isKilledOrInConflict(error)),
              isKilledOrInConflict,
            );
          const both = Promise.all([
            outcome(killedAt(system, firstEnd, inTurn('first')).ports, 'ana'),
            outcome(killedAt(system, secondEnd, inTurn('second')).ports, 'bob'),
          ]);
          await scheduler.waitFor(both);
          expect(await both).toEqual([true, true]);
          await eraseUser(system.ports(), 'bob', options);
          await eraseUser(system.ports(), 'ana', options);
          expect([...system.files.keys()].flatMap((path) => system.idsIn(path))).not.toEqual(
            expect.arrayContaining(['ana', 'bob']),
          );
          expect(system.contradictions()).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('goes on with the next hour when one fails, and keeps the records until all are done', async () => {
    const system = aSystem();
    const ports = system.ports();
    const finder: ErasurePorts['finder'] = {
      find: (id, files) =>
        files.length === 2 ? Promise.reject(new Error('unreadable')) : ports.finder.find(id, files),
    };
    const result = await eraseUser({ ...ports, finder }, 'ana', options);
    expect(result).toMatchObject({
      rewrittenFiles: 1,
      records: undefined,
      failures: [{ error: new Error('unreadable') }],
    });
    expect(system.records.has('ana')).toBe(true);
    await eraseUser(ports, 'ana', options);
    expectErased(system);
  });

  it('counts the files that it has rewritten in an hour before another file of the hour failed', async () => {
    const system = new ErasableSystem();
    system.archive(0, 'ana');
    const unreadable = system.archive(0, 'ana');
    const ports = system.ports();
    const archive: ErasurePorts['archive'] = {
      ...ports.archive,
      read: (path) => (path === unreadable ? Promise.reject(new Error('unreadable')) : ports.archive.read(path)),
    };
    const result = await eraseUser({ ...ports, archive }, 'ana', options);
    expect(result).toMatchObject({ searchedHours: [HOUR], rewrittenFiles: 1, events: 1, failures: [{ hourMs: HOUR }] });
  });

  it('lists files anew, after a restore, that an erasure had rewritten and the manifest has forgotten', async () => {
    const system = aSystem();
    const checksums = [...system.manifest.values()].map(({ checksum }) => checksum);
    await eraseUser(system.ports(), 'ana', options);
    // The manifest is that of before the erasure again, and so are the tables.
    for (const [index, listed] of [...system.manifest.values()].entries()) listed.checksum = checksums[index] ?? '';
    system.records.add('ana');
    expect(system.contradictions()).toHaveLength(2);
    const result = await eraseUser(system.ports(), 'ana', { ...options, afterRestore: true });
    expect(result).toMatchObject({ rewrittenFiles: 2, events: 0, failures: [] });
    expectErased(system);
  });

  it('withdraws the announcement of a replacement that the store refuses', async () => {
    const system = aSystem();
    const ports = system.ports();
    const refusal = new Error('no right to delete');
    const archive: ErasurePorts['archive'] = {
      read: (path) => ports.archive.read(path),
      rewrite: (former, rows, use) =>
        ports.archive.rewrite(former, rows, (file) =>
          use({ ...file, replace: () => Promise.reject(new ReplacementRefusedError('', { cause: refusal })) }),
        ),
    };
    const { failures } = await eraseUser({ ...ports, archive }, 'ana', options);
    expect(failures.map(({ error }) => error)).toEqual([refusal, refusal]);
    expect([...system.manifest.values()].flatMap(({ replacements }) => [...replacements])).toEqual([]);
    await eraseUser(ports, 'ana', options);
    expectErased(system);
  });

  it('replaces no file when the new one reads back with other erased rows than it was to have', async () => {
    const system = aSystem();
    const ports = system.ports();
    const archive: ErasurePorts['archive'] = {
      read: (path) => ports.archive.read(path),
      rewrite: (former, rows, use) =>
        ports.archive.rewrite(former, rows, (file) =>
          use({
            ...file,
            rows: { ...file.rows, id: { values: utf8Texts([ERASED_ID]), codes: new Int32Array(rows.rows) } },
          }),
        ),
    };
    const { failures } = await eraseUser({ ...ports, archive }, 'ana', options);
    expect(failures.map(({ error }) => String(error))).toEqual([
      expect.stringContaining('was written with other erased rows'),
      expect.stringContaining('was written with other erased rows'),
    ]);
    expect(system.idsIn('0-0')).toEqual(['ana', 'bob', 'ana']);
  });
});

describe('an erasure while one sink is behind the other', () => {
  const behind = { topic: 'devices', partition: 3, passedOffset: 5, readOffset: 9 };

  it('waits until both have passed every record that either had read when it began', async () => {
    const system = aSystem();
    const positions = [behind, behind, { ...behind, passedOffset: 9, readOffset: 20 }];
    const stream = { positions: () => Promise.resolve([positions.shift() ?? behind]) };
    let pauses = 0;
    const pause = () => Promise.resolve((pauses += 1) > 0);
    await eraseUser({ ...system.ports(), stream }, 'ana', { pause });
    expect(pauses).toBe(2);
    expectErased(system);
  });

  it('erases nothing when the sink behind does not arrive in time', async () => {
    const system = aSystem();
    const stream = { positions: () => Promise.resolve([behind]) };
    const attempt = eraseUser({ ...system.ports(), stream }, 'ana', options);
    await expect(attempt).rejects.toMatchObject({ code: 'ERASURE_WAITS' });
    await expect(attempt).rejects.toThrow('partition 3 of devices (read up to 9, counted and archived up to 5)');
    expect(system.idsIn('0-0')).toEqual(['ana', 'bob', 'ana']);
  });
});
