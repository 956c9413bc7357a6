import { EventInterners, type UsageEvent } from '@antenna/event-schema';
import { WindowTotals } from './index.ts';

function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

function anEvent(changes: Partial<UsageEvent> = {}): UsageEvent {
  return { eventTimeMs: at('13:17:00'), id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE', ...changes };
}

const interners = new EventInterners();

function totalsOf(...events: UsageEvent[]): WindowTotals {
  const totals = new WindowTotals();
  for (const event of events) totals.add(interners.intern(event));
  return totals;
}

/** The rows as texts: `13:15 user ana 5`. */
function brief(totals: WindowTotals): string[] {
  return Array.from(totals.rows().totals, ({ windowStartMs, type, id, value }) => {
    const window = new Date(windowStartMs).toISOString().slice(11, 16);
    return `${window} ${type.replace('_total_bytes', '')} ${id} ${value.toString()}`;
  });
}

describe('the totals of a window', () => {
  it('are empty without events', () => {
    const totals = new WindowTotals();
    expect([...totals.rows().totals]).toEqual([]);
    expect([...totals.rows().userHours]).toEqual([]);
    expect([totals.events, totals.keys, totals.eventBytes]).toEqual([0, 0, 0n]);
  });

  it('count an event three times: for its antenna, its app and its user', () => {
    expect([...totalsOf(anEvent()).rows().totals]).toEqual([
      { windowStartMs: at('13:15:00'), type: 'antenna_total_bytes', id: 'north', value: 5n },
      { windowStartMs: at('13:15:00'), type: 'app_total_bytes', id: 'SKYPE', value: 5n },
      { windowStartMs: at('13:15:00'), type: 'user_total_bytes', id: 'ana', value: 5n },
    ]);
  });

  it('sum the events of the same user, antenna or app', () => {
    const totals = totalsOf(anEvent(), anEvent({ id: 'bea' }), anEvent({ antennaId: 'south', bytes: 7 }));
    expect(brief(totals)).toEqual([
      '13:15 antenna north 10',
      '13:15 antenna south 7',
      '13:15 app SKYPE 17',
      '13:15 user ana 12',
      '13:15 user bea 5',
    ]);
  });

  // 13:14:59.999 ──┤13:15:00.000 ─────────── 13:19:59.999├── 13:20:00.000
  it('include the events from its first instant to its last', () => {
    const times = ['13:14:59.999', '13:15:00.000', '13:19:59.999', '13:20:00.000'];
    const totals = totalsOf(...times.map((time) => anEvent({ eventTimeMs: at(time) })));
    expect(brief(totals).filter((row) => row.includes('user'))).toEqual([
      '13:10 user ana 5',
      '13:15 user ana 10',
      '13:20 user ana 5',
    ]);
  });

  it('have rows for an event of 0 bytes', () => {
    const totals = totalsOf(anEvent({ bytes: 0 }));
    expect(brief(totals)).toEqual(['13:15 antenna north 0', '13:15 app SKYPE 0', '13:15 user ana 0']);
  });

  it('distinguish a user, an antenna and an app of the same name', () => {
    const totals = totalsOf(anEvent({ id: 'x', antennaId: 'x', app: 'x' }));
    expect(brief(totals)).toEqual(['13:15 antenna x 5', '13:15 app x 5', '13:15 user x 5']);
  });

  it('distinguish ids that only look the same', () => {
    const ids = ['é', 'e\u0301', 'E', 'e', ' e', '__proto__', 'constructor'];
    expect(totalsOf(...ids.map((id) => anEvent({ id }))).rows().userHours).toHaveLength(ids.length);
  });

  it('are sorted by window, type and id (UTF-16 code units)', () => {
    const ids = ['z', 'Z', '10', '9', '\uffff', '😀', 'é'];
    const totals = totalsOf(anEvent({ eventTimeMs: at('13:25:00') }), ...ids.map((id) => anEvent({ id })));
    const users = ['10', '9', 'Z', 'z', 'é', '😀', '\uffff'].map((id) => `13:15 user ${id} 5`);
    expect(brief(totals)).toEqual([
      '13:15 antenna north 35',
      '13:15 app SKYPE 35',
      ...users,
      '13:25 antenna north 5',
      '13:25 app SKYPE 5',
      '13:25 user ana 5',
    ]);
  });

  it('count events, bytes and rows', () => {
    const totals = totalsOf(anEvent(), anEvent({ bytes: 2 ** 40 }), anEvent({ id: 'bea', bytes: 0 }));
    expect([totals.events, totals.keys, totals.otherKeys, totals.eventBytes]).toEqual([3, 4, 2, 2n ** 40n + 5n]);
  });
});

describe('the memory of the texts', () => {
  it('is counted once they had to be copied, since the interners have started over', () => {
    const totals = new WindowTotals();
    for (const each of [new EventInterners(), new EventInterners()]) {
      totals.add(each.intern(anEvent()));
      totals.add(each.intern(anEvent({ id: 'bea' })));
    }
    expect(totalsOf(anEvent()).copiedBytes).toBe(0);
    expect(totals.copiedBytes).toBeGreaterThan('anabeanorthSKYPE'.length);
  });

  it('is that of two tables for totals whose users are of different interners', () => {
    const [one, same, other] = [totalsOf(anEvent()), totalsOf(anEvent({ id: 'bea' })), new WindowTotals()];
    expect([one.hasOtherUserTexts(same), one.hasOtherUserTexts(other)]).toEqual([false, false]);
    other.add(new EventInterners().intern(anEvent()));
    expect([one.hasOtherUserTexts(other), other.hasOtherUserTexts(one)]).toEqual([true, true]);
  });
});

describe('the hourly usage of a user', () => {
  // 12:59:59.999 ──┤13:00:00.000 ─────────── 13:59:59.999├── 14:00:00.000
  it('includes the events from the first instant of the hour to its last', () => {
    const times = ['12:59:59.999', '13:00:00.000', '13:59:59.999', '14:00:00.000'];
    const hours = [...totalsOf(...times.map((time) => anEvent({ eventTimeMs: at(time) }))).rows().userHours];
    expect(hours).toEqual([
      { hourStartMs: at('12:00:00'), id: 'ana', usage: 5n, latestEventTimeMs: at('12:59:59.999') },
      { hourStartMs: at('13:00:00'), id: 'ana', usage: 10n, latestEventTimeMs: at('13:59:59.999') },
      { hourStartMs: at('14:00:00'), id: 'ana', usage: 5n, latestEventTimeMs: at('14:00:00.000') },
    ]);
  });

  it('has the greatest event time, whatever the order of arrival', () => {
    const times = ['13:01:00', '13:03:00', '13:02:00', '13:50:00', '13:40:00'];
    const hours = [...totalsOf(...times.map((time) => anEvent({ eventTimeMs: at(time) }))).rows().userHours];
    expect(hours.map((hour) => hour.latestEventTimeMs)).toEqual([at('13:50:00')]);
  });

  it('is sorted by hour and id', () => {
    const totals = totalsOf(anEvent({ id: 'b', eventTimeMs: at('14:00:00') }), anEvent({ id: 'c' }), anEvent());
    expect(Array.from(totals.rows().userHours, ({ id }) => id)).toEqual(['ana', 'c', 'b']);
  });
});
