import type { UsageEvent } from '@antenna/event-schema';
import { KnownRecords } from './known-records.ts';

function anEvent(parts: Partial<UsageEvent> = {}): UsageEvent {
  return { eventTimeMs: 1_667_048_400_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE', ...parts };
}

describe('the committed records of a topic', () => {
  it('are found by partition and offset', () => {
    const known = new KnownRecords(2);
    known.add(1, 0, [anEvent(), 'not_json', anEvent({ id: 'eva', bytes: 2 ** 40 })]);
    expect([known.end(0), known.end(1), known.total]).toEqual([0, 3, 3]);
    expect([0, 1, 2].map((offset) => known.factAt(1, offset))).toEqual([
      anEvent(),
      'not_json',
      anEvent({ id: 'eva', bytes: 2 ** 40 }),
    ]);
  });

  it('leave out the offsets of markers and of aborted records', () => {
    const known = new KnownRecords(1);
    known.add(0, 7, [anEvent()]);
    known.add(0, 4, ['not_json']);
    expect([0, 4, 5, 6, 7].map((offset) => known.factAt(0, offset))).toEqual([
      undefined,
      'not_json',
      undefined,
      undefined,
      anEvent(),
    ]);
    expect([known.end(0), known.total]).toEqual([8, 2]);
  });

  it('have an empty id once their person was erased, also those that come later', () => {
    const known = new KnownRecords(1);
    known.add(0, 0, [anEvent(), anEvent({ id: 'eva' })]);
    known.erase('ana');
    known.add(0, 2, [anEvent()]);
    expect([0, 1, 2].map((offset) => known.factAt(0, offset))).toEqual([
      anEvent({ id: '' }),
      anEvent({ id: 'eva' }),
      anEvent({ id: '' }),
    ]);
  });

  it('have one record an offset', () => {
    const known = new KnownRecords(1);
    known.add(0, 4, [anEvent(), anEvent()]);
    expect(() => {
      known.add(0, 5, ['not_json']);
    }).toThrow('offset 5 has two records');
  });

  it('are of the log that there is, or of one that a truncation has ended', () => {
    const known = new KnownRecords(1);
    known.add(0, 0, [anEvent(), anEvent()]);
    known.lose(0, 2, ['not_json', 'empty']);
    known.lose(0, 3, ['empty']);
    const generationOf = (offset: number, generation: number) => known.lostAt(0, offset, generation)?.generation;
    expect([generationOf(1, 0), generationOf(2, 0), generationOf(3, 0)]).toEqual([undefined, 0, 0]);
    expect([generationOf(2, 1), generationOf(3, 1), generationOf(3, 2)]).toEqual([undefined, 1, undefined]);
  });

  it('do not exist outside of what was added', () => {
    const known = new KnownRecords(1);
    known.add(0, 0, [anEvent()]);
    expect([known.factAt(0, 1), known.factAt(0, -1), known.factAt(1, 0)]).toEqual([undefined, undefined, undefined]);
  });

  it('stay right beyond the size that a column begins with', () => {
    const known = new KnownRecords(1);
    const events = Array.from({ length: 5_000 }, (_, bytes) => anEvent({ bytes, id: `user ${bytes % 7}` }));
    known.add(0, 0, events);
    expect(known.factAt(0, 0)).toEqual(anEvent({ bytes: 0, id: 'user 0' }));
    expect(known.factAt(0, 4_999)).toEqual(anEvent({ bytes: 4_999, id: 'user 1' }));
  });
});
