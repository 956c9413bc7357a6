import { settingProblems, settingsIn } from '@antenna/test-kit';
import { ingestionSettings } from './ingestion.ts';

describe('the ingestion settings', () => {
  it('have the measured defaults', () => {
    expect(settingsIn(ingestionSettings)).toEqual({
      sinks: ['totals', 'archive'],
      flushIntervalMs: 500,
      flushMaxEvents: 1_000_000,
      deadLettersWhole: 1_000,
      archiveRollRows: 1_000_000,
      archiveRollIntervalMs: 300_000,
      allowedLatenessMs: 60_000,
    });
  });

  it('accept the sinks in any order', () => {
    expect(settingsIn(ingestionSettings, { SINKS: 'archive, totals' }).sinks).toEqual(['totals', 'archive']);
    expect(settingsIn(ingestionSettings, { SINKS: 'totals' }).sinks).toEqual(['totals']);
  });

  it.each(['archive', 'totals,totals', 'totals,parquet', ','])('refuse %j as sinks', (SINKS) => {
    expect(settingProblems(ingestionSettings, { SINKS })).toHaveLength(1);
  });

  it.each(['', '1.5', '1e3', '0', ' 1', '0x10', '99999999999999999999'])('refuse a flush after %j events', (text) => {
    // An empty variable counts as unset.
    expect(settingProblems(ingestionSettings, { FLUSH_MAX_EVENTS: text })).toHaveLength(text === '' ? 0 : 1);
  });
});
