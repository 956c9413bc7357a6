import type { UsageEvent } from '@antenna/event-schema';
import { KnownRecords } from './known-records.ts';

function anEvent(parts: Partial<UsageEvent> = {}): UsageEvent {
  return { eventTimeMs: 1_667_048_400_000, id: 'ana', antennaId: 'north', bytes: 5, app: 'SKYPE', ...parts };
}

describe('what is known of the records of a topic', () => {
  it('is found by partition and offset', () => {
    const known = new KnownRecords(2);
    known.add(1, anEvent());
    known.add(1, 'not_json');
    known.add(1, anEvent({ id: 'eva', bytes: 2 ** 40 }));
    expect([known.end(0), known.end(1), known.total]).toEqual([0, 3, 3]);
    expect([0, 1, 2].map((offset) => known.factAt(1, offset))).toEqual([
      anEvent(),
      'not_json',
      anEvent({ id: 'eva', bytes: 2 ** 40 }),
    ]);
  });

  it('is nothing where there is no record', () => {
    const known = new KnownRecords(1);
    known.add(0, anEvent());
    expect([known.factAt(0, 1), known.factAt(0, -1), known.factAt(1, 0)]).toEqual([undefined, undefined, undefined]);
  });

  it('stays right beyond the size that a column begins with', () => {
    const known = new KnownRecords(1);
    for (let bytes = 0; bytes < 5_000; bytes++) known.add(0, anEvent({ bytes, id: `user ${bytes % 7}` }));
    expect(known.factAt(0, 0)).toEqual(anEvent({ bytes: 0, id: 'user 0' }));
    expect(known.factAt(0, 4_999)).toEqual(anEvent({ bytes: 4_999, id: 'user 1' }));
  });
});
