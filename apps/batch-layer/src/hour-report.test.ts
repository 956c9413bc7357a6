import { finalityText, lackRemarks } from './hour-report.ts';

const final = { isFinal: true } as const;
const nothing = { awaitedEvents: 0, lateEvents: 0, lackingRecords: 0 };

describe('the text about an hour', () => {
  it('that is final and complete is "yes"', () => {
    expect([finalityText(final, nothing), lackRemarks(nothing)]).toEqual(['yes', []]);
  });

  it('that is final and lacks lost records names the upper bound of their number', () => {
    const lack = { ...nothing, lackingRecords: 4188 };
    expect([finalityText(final, lack), lackRemarks(lack)]).toEqual([
      'yes, lacks at most 4,188 records',
      ['lacks at most 4,188 records, which were lost before they were archived'],
    ]);
  });

  it('whose late events are not archived yet names their number', () => {
    expect(lackRemarks({ ...nothing, lateEvents: 7 })).toEqual([
      'has 7 late events that are counted and not archived yet: they will make it dirty',
    ]);
  });
});
