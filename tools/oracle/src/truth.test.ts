import type { UsageEvent } from '@antenna/event-schema';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRows, keyedQuotas, keyedTotals, readTruthFile, Truth, writeTruthFile } from './index.ts';

function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

function anEvent(changes: Partial<UsageEvent> = {}): UsageEvent {
  return { eventTimeMs: at('13:17:42.123'), id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE', ...changes };
}

function truthOf(...events: UsageEvent[]): Truth {
  const truth = new Truth();
  for (const event of events) truth.add(event);
  return truth;
}

describe('the truth', () => {
  it('has a row of five minutes and of an hour for the user, the antenna and the app', () => {
    const truth = truthOf(anEvent(), anEvent({ bytes: 7 }));
    expect(Object.fromEntries(truth.windows())).toEqual({
      '2022-10-29T13:15:00Z antenna_total_bytes north': 12n,
      '2022-10-29T13:15:00Z app_total_bytes SKYPE': 12n,
      '2022-10-29T13:15:00Z user_total_bytes ana': 12n,
    });
    expect(Object.fromEntries(truth.hours())).toEqual({
      '2022-10-29T13:00:00Z antenna_total_bytes north': 12n,
      '2022-10-29T13:00:00Z app_total_bytes SKYPE': 12n,
      '2022-10-29T13:00:00Z user_total_bytes ana': 12n,
    });
    expect(truth.events).toBe(2);
  });

  it('has one row of totals for all erased persons, and no usage of them for quotas', () => {
    const truth = truthOf(anEvent({ id: '' }), anEvent({ id: '', bytes: 7 }), anEvent({ id: 'eva' }));
    expect(truth.hours().get('2022-10-29T13:00:00Z user_total_bytes ')).toBe(12n);
    expect(truth.userHours()).toEqual([['2022-10-29T13:00:00Z user_total_bytes eva', 5n]]);
  });

  // 12:59:59.999 ──┤13:00:00.000 ─── 13:04:59.999├── 13:05:00.000 … 13:59:59.999├── 14:00:00.000
  it.each([
    ['12:59:59.999', '12:55:00', '12:00:00'],
    ['13:00:00.000', '13:00:00', '13:00:00'],
    ['13:04:59.999', '13:00:00', '13:00:00'],
    ['13:05:00.000', '13:05:00', '13:00:00'],
    ['13:59:59.999', '13:55:00', '13:00:00'],
  ])('counts an event at %s in the window at %s and the hour at %s', (time, window, hour) => {
    const truth = truthOf(anEvent({ eventTimeMs: at(time) }));
    expect(truth.windows().has(`2022-10-29T${window}Z user_total_bytes ana`)).toBe(true);
    expect(truth.hours().has(`2022-10-29T${hour}Z user_total_bytes ana`)).toBe(true);
  });

  it('has a row for an event of no bytes', () => {
    expect(
      Array.from(
        truthOf(anEvent({ bytes: 0 }))
          .windows()
          .values(),
      ),
    ).toEqual([0n, 0n, 0n]);
  });

  it('counts dead letters by reason', () => {
    const truth = new Truth();
    for (const reason of ['not_json', 'empty', 'not_json'] as const) truth.reject(reason);
    expect(Object.fromEntries(truth.deadLetters())).toEqual({ not_json: 2, empty: 1 });
    expect(truth.events).toBe(0);
  });

  it('has its keys in common with rows as they were read', () => {
    const rows = [{ timestampMs: at('13:15:00'), type: 'user_total_bytes', id: 'ana', value: 5n }];
    const users = Array.from(truthOf(anEvent()).windows()).filter(([key]) => key.includes('user'));
    expect(compareRows(users, keyedTotals(rows))).toEqual([]);
    expect(compareRows(users, keyedTotals([{ ...rows[0]!, timestampMs: at('13:15:00.001') }]))).toHaveLength(2);
  });
});

describe('users over quota', () => {
  const users = [
    { id: 'ana', email: 'ana@gmail.com', quota: 10n },
    { id: 'bea', email: null, quota: 0n },
  ];

  it('are those whose bytes of an hour are more than the quota', () => {
    const truth = truthOf(anEvent({ bytes: 11 }), anEvent({ id: 'bea', bytes: 1 }), anEvent({ id: 'unknown' }));
    const hour = at('13:00:00');
    const rows = [
      { timestampMs: hour, email: null, usage: 1n, quota: 0n },
      { timestampMs: hour, email: 'ana@gmail.com', usage: 11n, quota: 10n },
    ];
    expect(compareRows(truth.overQuota(users), keyedQuotas(rows))).toEqual([]);
  });

  it('are not those who used all of it, or spread it over hours', () => {
    const truth = truthOf(
      anEvent({ bytes: 10 }),
      anEvent({ bytes: 10, eventTimeMs: at('14:00:00') }),
      anEvent({ id: 'bea', bytes: 0 }),
    );
    expect(truth.overQuota(users)).toEqual([]);
  });
});

describe('a truth file', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'truth-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('gives back what was written', async () => {
    const truth = truthOf(anEvent({ id: '__proto__', bytes: 2 ** 40 }), anEvent({ id: '"\\ \u0001 é' }));
    truth.reject('tombstone');
    const path = join(folder, 'truth.json');
    await writeTruthFile(path, truth);
    const read = await readTruthFile(path);
    expect(compareRows(truth.windows(), read.windows())).toEqual([]);
    expect(compareRows(truth.hours(), read.hours())).toEqual([]);
    expect(compareRows(truth.deadLetters(), read.deadLetters())).toEqual([]);
    expect([read.events, read.windows().size, read.hours().size]).toEqual([2, 4, 4]);
    read.add(anEvent());
    expect(read.events).toBe(3);
  });

  it('of nothing is a truth, too', async () => {
    const path = join(folder, 'empty.json');
    await writeTruthFile(path, new Truth());
    expect((await readTruthFile(path)).windows().size).toBe(0);
  });

  it.each(['{}', '{"events":-1,"deadLetters":[],"hours":[],"windows":[]}', '[', '{"events":0,"windows":[["a",1]]}'])(
    'with something else in it is refused: %s',
    async (text) => {
      const path = join(folder, 'wrong.json');
      await writeFile(path, text);
      await expect(readTruthFile(path)).rejects.toThrow();
    },
  );
});
