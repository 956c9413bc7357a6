import { formatReport } from '@antenna/cli';
import type { PartitionProgress } from '@antenna/usage-store';
import { progressReport } from './progress-report.ts';

const atMs = Date.parse('2022-10-29T13:30:00Z');

function aPartition(differences: Partial<PartitionProgress> = {}): PartitionProgress {
  return {
    partition: 0,
    offsets: { totals: 1_000, archive: 900 },
    endOffset: 1_000,
    lag: { totals: 0, archive: 100 },
    owner: 'host/17',
    isIdle: false,
    movedAtMs: atMs,
    notedAtMs: atMs,
    greatestEventTimeMs: atMs,
    watermarkMs: atMs,
    archivedUntilMs: undefined,
    openIntent: undefined,
    ...differences,
  };
}

function reportOf(...partitions: readonly PartitionProgress[]) {
  return progressReport({ topic: 'devices', partitions, faults: [], refused: new Map(), lateness: undefined });
}

const unread = { lag: { totals: undefined, archive: undefined } };

describe('the progress of a stream, for people', () => {
  it('names the worker of a partition that moves', () => {
    const text = formatReport(reportOf(aPartition()), 'table');
    expect(text).toContain('topic devices: 0 records behind, watermark 2022-10-29T13:30:00Z\n');
    expect(text).toMatch(/│ moving │ host\/17 +│/);
  });

  it('shows nobody, and when the last worker was seen, for a partition that no worker reads any more', () => {
    const text = formatReport(reportOf(aPartition(unread)), 'table');
    expect(text).toMatch(/│ nobody │ host\/17, last seen 2022-10-29T13:30:00Z │/);
    expect(text).toContain('lag of partitions 0 unknown');
    expect(text).not.toContain('moving');
  });

  it('has a legend of its columns and states below the table', () => {
    expect(formatReport(reportOf(aPartition()), 'table')).toMatch(
      /\n.*watermark: .*archived until: .*\nidle: .*nobody: /,
    );
  });

  it('is one sentence for a topic that was never read', () => {
    expect(formatReport(reportOf(), 'table')).toBe(
      'no partition of topic devices was ever claimed with this database\n',
    );
  });
});

describe('the progress of a stream, for programs', () => {
  it('has offsets as numbers, and separate columns where the table combines values in one text', () => {
    const intent = { startOffset: 900, endOffset: 950, paths: [] };
    expect(JSON.parse(formatReport(reportOf(aPartition({ openIntent: intent })), 'json'))).toEqual([
      {
        partition: 0,
        end: 1_000,
        totals: 1_000,
        totals_lag: 0,
        archive: 900,
        archive_lag: 100,
        newest_event: '2022-10-29T13:30:00Z',
        watermark: '2022-10-29T13:30:00Z',
        archived_until: null,
        state: 'moving',
        fault: null,
        worker: 'host/17',
        last_seen: '2022-10-29T13:30:00Z',
        last_moved: '2022-10-29T13:30:00Z',
        writing_from: 900,
        writing_to: 950,
      },
    ]);
  });
});
