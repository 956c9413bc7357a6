import { EventInterners, textsIn, type UsageEvent } from '@antenna/event-schema';
import { EventsByHour } from './events-by-hour.ts';
import { columnsOf, idsOf } from './testing/columns-of.ts';

function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

function anEvent(time: string, id = 'ana'): UsageEvent {
  return { eventTimeMs: at(time), id, antennaId: 'north', bytes: 5, app: 'SKYPE' };
}

/** Collects the events at offsets from 0 on, in partition 2. */
function eventsByHour(...events: readonly UsageEvent[]): EventsByHour {
  const byHour = new EventsByHour(2);
  const interners = new EventInterners();
  for (const [offset, event] of events.entries()) byHour.append(offset, interners.intern(event));
  return byHour;
}

describe('events that are collected by hour', () => {
  it('are sorted by hour, and keep their order within an hour', () => {
    const byHour = eventsByHour(
      anEvent('13:00:00', 'a'),
      anEvent('09:59:59.999', 'b'),
      anEvent('13:59:59.999', 'c'),
      anEvent('14:00:00', 'd'),
    );
    const hours = Array.from(byHour.takeAll(), ([hourMs, rows]) => [
      hourMs,
      rows.partition,
      [...rows.offset],
      idsOf(rows),
    ]);
    expect(hours).toEqual([
      [at('09:00:00'), 2, [1], ['b']],
      [at('13:00:00'), 2, [0, 2], ['a', 'c']],
      [at('14:00:00'), 2, [3], ['d']],
    ]);
    expect([byHour.rows, byHour.hourCount]).toEqual([4, 0]);
  });

  it('are the columns of all events when these lie in one hour', () => {
    const events = [anEvent('13:00:00'), anEvent('13:30:00', 'eva')];
    const columns = columnsOf(events, { partition: 2, from: 0 });
    expect(eventsByHour(...events).takeAll()).toEqual(new Map([[at('13:00:00'), columns]]));
  });

  it('have only the ids of their own hour in their columns', () => {
    const byHour = eventsByHour(
      anEvent('13:00:00', 'ana'),
      anEvent('09:00:00', 'eva'),
      anEvent('13:10:00', 'leo'),
      anEvent('09:10:00', 'leo'),
      anEvent('13:20:00', 'ana'),
    );
    expect(Array.from(byHour.takeAll().values(), ({ id }) => [textsIn(id.values), [...id.codes]])).toEqual([
      [
        ['eva', 'leo'],
        [0, 1],
      ],
      [
        ['ana', 'leo'],
        [0, 1, 0],
      ],
    ]);
  });

  it('know the hours that have events, also before the latest one', () => {
    const byHour = eventsByHour(anEvent('13:10:00'), anEvent('15:10:00'));
    const times = ['12:59:59.999', '13:00:00', '13:59:59.999', '14:00:00', '15:00:00', '16:00:00'];
    expect(times.map((time) => byHour.has(at(time)))).toEqual([false, true, true, false, true, false]);
  });
});
