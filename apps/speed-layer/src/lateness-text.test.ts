import type { StreamLateness } from '@antenna/usage-store';
import { latenessLines } from './lateness-text.ts';

const some: StreamLateness = {
  events: 1_234_567,
  lateEvents: 1_000,
  aheadEvents: 0,
  secondsFor99: 5,
  secondsFor999: 90,
  antennas: [],
};

const antenna = { antennaId: 'north', events: 500, lateEvents: 500, aheadEvents: 0 };

describe('the text about lateness', () => {
  it('has no line before the first event', () => {
    expect(latenessLines(undefined)).toEqual([]);
  });

  it('names the settings that would allow 99 % and 99.9 % of the events, and the share of late events', () => {
    expect(latenessLines(some)).toEqual([
      'lateness: 99 % of 1,234,567 events of the last day within 5 s (ALLOWED_LATENESS_MS=5000), ' +
        '99.9 % within 1 min 30 s (ALLOWED_LATENESS_MS=90000); 0.08 % are later than allowed',
    ]);
  });

  it('names no setting for events that are later than any bound', () => {
    expect(latenessLines({ ...some, secondsFor999: Number.MAX_SAFE_INTEGER / 1_000 }).join()).toContain(
      '99.9 % within more than 10 years;',
    );
  });

  it('names no setting for events that are later than any setting allows', () => {
    expect(latenessLines({ ...some, secondsFor999: 30 * 86_400 }).join()).toContain(
      '99.9 % within 30 d (more than ALLOWED_LATENESS_MS can be);',
    );
  });

  it.each([
    [-(2 * 86_400 + 3 * 3_600 + 59), 0, 'its clock is behind by at least 2 d 3 h (500 late events, 0 ahead of 500)'],
    [45, 500, 'its clock is ahead by at least 45 s (500 late events, 500 ahead of 500)'],
    [-59.9, 0, 'as late as the other antennas (500 late events, 0 ahead of 500)'],
    [null, 0, 'some events are late, its clock is right (500 late events, 0 ahead of 500)'],
  ])('says of an antenna with an offset of %p what its clock is', (clockOffsetSeconds, aheadEvents, text) => {
    const antennas = [{ ...antenna, aheadEvents, clockOffsetSeconds }];
    expect(latenessLines({ ...some, antennas })).toContain(`antenna north: ${text}`);
  });
});
