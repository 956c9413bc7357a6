import { finalityText, lackRemarks } from './finality-text.ts';

const final = { isFinal: true } as const;
const nothing = { awaitedEvents: 0, lateEvents: 0, lackingRecords: 0 };

describe('what is said of an hour', () => {
  it('that is final is no more than that', () => {
    expect([finalityText(final, nothing), lackRemarks(nothing)]).toEqual(['yes', []]);
  });

  it('that lost records is how many it lacks at most, although it is final', () => {
    const lack = { ...nothing, lackingRecords: 4188 };
    expect([finalityText(final, lack), lackRemarks(lack)]).toEqual([
      'yes, lacks at most 4,188 records',
      ['lacks at most 4,188 records, which were lost before they were archived'],
    ]);
  });

  it('with late events that wait for the archive is their number', () => {
    expect(lackRemarks({ ...nothing, lateEvents: 7 })).toEqual([
      'has 7 late events that are counted and not archived yet: they will make it dirty',
    ]);
  });
});
