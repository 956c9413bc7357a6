import { type SimulatedRecord, Tally } from './index.ts';

const usage: SimulatedRecord = {
  key: 'ana',
  value: null,
  fact: { eventTimeMs: 0, id: 'ana', antennaId: 'north', bytes: 2 ** 40, app: 'SKYPE' },
};
const malformed: SimulatedRecord = { key: 'ana', value: null, fact: 'tombstone' };

describe('the tally of a simulation', () => {
  it('counts events, their bytes and malformed records', () => {
    const tally = new Tally();
    for (const record of [usage, malformed, usage, malformed]) tally.add(record);
    expect(tally.records).toBe(4);
    expect(tally.toString()).toBe('2 events of 2,199,023,255,552 bytes, 2 malformed (1 reasons)');
  });

  it('of nothing is 0', () => {
    expect(new Tally().toString()).toBe('0 events of 0 bytes, 0 malformed');
  });
});
