import { LateCount } from './send-simulation.ts';

const THIRTEEN = Date.parse('2022-10-29T13:00:00Z');

describe('the count of late events', () => {
  // 13:10:00.000 arrives first, then what is before it: by exactly five minutes, by more, and in order again.
  it('counts those that come more than five minutes after a later one', () => {
    const late = new LateCount();

    for (const minutes of [10, 5, 4.9, 4, 11, 6]) late.add(THIRTEEN + minutes * 60_000);

    expect(late.events).toBe(2);
    expect(late.toString()).toBe('2 events came more than 5 minutes late');
  });
});
