import type { SimulatedRecord } from '@antenna/simulator';
import { rowsOf } from '@antenna/test-kit';
import type { Failpoint } from '../failpoint.ts';
import { keptDifferences, newStream, openTransaction, recreate, send, someRecords, type Stream } from '../stream.ts';
import { drain, startBatch, startWorker } from '../workers.ts';

const READ = someRecords(21, 100);
const OTHERS = someRecords(22, 50);
/** What the truncated log has kept of READ: the record before is an event. */
const KEPT = READ.findLastIndex(({ fact }, index) => index < 60 && typeof fact !== 'string') + 1;

/** The records that the truncated log has kept are the same, with their timestamps. */
const SENT_MS = Date.now();

const acknowledge = (environment: Stream['environment'], ...flags: readonly string[]) =>
  startWorker(['acknowledge-truncation', '--partition=0', '--by=test', ...flags], environment);

/** Makes a log of the same cluster that holds the first records again, and then others: as after an unclean election. */
async function truncate(stream: Stream, kept: readonly SimulatedRecord[], others: readonly SimulatedRecord[]) {
  await recreate(stream, 1);
  await send(stream, kept, SENT_MS);
  await send(stream, others);
}

async function abortTransaction(stream: Stream): Promise<void> {
  const open = await openTransaction(stream, [{ value: 'aborted' }]);
  await open.transaction.abort();
  await open.close();
}

describe('acknowledge-truncation', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
    await send(stream, READ, SENT_MS);
  });

  afterEach(() => stream.close());

  const rows = (statement: string) => rowsOf(stream.databaseUrl, statement);

  /** Counts all records, then archives them until the worker dies at the failpoint. */
  async function dieAfterTotals(failpoint: Failpoint): Promise<void> {
    await drain({ ...stream.environment, SINKS: 'totals' });
    expect((await startWorker('drain', stream.environment, failpoint)).signal).toBe('SIGKILL');
  }

  /** @param archived the records of the archive, where these are not all records that the totals have counted. */
  const differences = (totals: readonly SimulatedRecord[], archived = totals) =>
    keptDifferences(stream, { totals, archive: archived });

  it('goes on from where the log differs, counts all that it has now, and leaves the archive provable', async () => {
    await drain(stream.environment);
    await truncate(stream, READ.slice(0, KEPT), OTHERS);
    expect((await startWorker('drain', stream.environment)).exitCode).not.toBe(0);

    const { stdout } = await acknowledge(stream.environment);
    expect(stdout).toBe(
      `totals, partition 0: back from 100 to ${KEPT}\narchive, partition 0: back from 100 to ${KEPT}\n` +
        `generation 1 of partition 0 begins at offset ${KEPT}`,
    );
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS])).toEqual([]);
    expect(
      await rows('SELECT generation, from_offset, totals_end, archive_end FROM pipeline.acknowledged_truncation'),
    ).toEqual([{ generation: 1, from_offset: String(KEPT), totals_end: '100', archive_end: '100' }]);
    const reasons = [...READ, ...OTHERS].filter(({ fact }) => typeof fact === 'string').length;
    expect(await rows('SELECT sum(records)::integer AS records FROM pipeline.dead_letter_count')).toEqual([
      { records: reasons },
    ]);

    expect((await acknowledge(stream.environment)).stdout).toBe('partition 0 holds all that was read of it');
    const verified = await startBatch(['verify', '--date=2022-10-29', '--hour=13'], stream.environment);
    expect({ exitCode: verified.exitCode, all: verified.all }).toMatchObject({ exitCode: 0 });
    expect(
      await rows(`SELECT DISTINCT generation FROM pipeline.archive_file WHERE hour = '2022-10-29 13:00' ORDER BY 1`),
    ).toEqual([{ generation: 0 }, { generation: 1 }]);
  });

  it('does not count records as lost that a transaction hides whose marker was lost', async () => {
    await drain(stream.environment);
    const hidden = KEPT - 10;
    await truncate(stream, READ.slice(0, hidden), []);
    const timestamp = String(SENT_MS);
    const open = await openTransaction(
      stream,
      READ.slice(hidden, KEPT).map(({ key, value }) => ({ key, value, timestamp, partition: 0 })),
    );
    try {
      await send(stream, OTHERS);
      const { exitCode, all } = await acknowledge(stream.environment);
      expect([exitCode, all]).toEqual([1, expect.stringContaining(`a transaction is open since offset ${hidden}`)]);
      await open.transaction.commit();
      expect((await acknowledge(stream.environment)).stdout).toContain(`back from 100 to ${KEPT}`);
    } finally {
      await open.close();
    }
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS])).toEqual([]);
  });

  it('begins anew with a log that has nothing of what was read', async () => {
    await drain(stream.environment);
    await truncate(stream, [], OTHERS);
    expect((await acknowledge(stream.environment)).stdout).toContain('back from 100 to 0');
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS])).toEqual([]);
  });

  it('finds a truncation that lost only the control record behind the last record', async () => {
    await abortTransaction(stream);
    await drain(stream.environment);
    // One aborted record and its marker.
    expect(await rows('SELECT DISTINCT next_offset FROM pipeline.position')).toEqual([{ next_offset: '102' }]);
    await truncate(stream, READ, OTHERS);
    expect((await startWorker('drain', stream.environment)).all).toContain(
      'LOG_TRUNCATED: partition 0: a record is at offset 100, where none was seen',
    );
    expect((await acknowledge(stream.environment)).stdout).toContain('back from 102 to 100');
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS])).toEqual([]);
  });

  it('asks for the offset where no stored row determines it, and says what the archive lacks', async () => {
    await dieAfterTotals({ moment: 'before', step: 'intent', call: 1 });
    expect(await rows('SELECT sink, next_offset FROM pipeline.position ORDER BY 1')).toEqual([
      { sink: 'archive', next_offset: '0' },
      { sink: 'totals', next_offset: '100' },
    ]);
    await truncate(stream, READ.slice(0, KEPT), OTHERS.slice(0, 10));

    const asked = await acknowledge(stream.environment);
    expect(asked.exitCode).toBe(1);
    expect(asked.all).toContain(
      `TRUNCATION_UNCLEAR: the log of partition 0 was truncated between offsets 0 and ${KEPT + 10}`,
    );
    expect((await acknowledge(stream.environment, '--offset=99')).all).toContain('TRUNCATION_UNCLEAR: --offset=99');
    expect((await acknowledge(stream.environment, `--offset=${KEPT}`)).stdout).toContain(`back from 100 to ${KEPT}`);
    await drain(stream.environment);

    const sent = [...READ, ...OTHERS.slice(0, 10)];
    expect(await differences(sent, [...READ.slice(0, KEPT), ...OTHERS.slice(0, 10)])).toEqual([]);
    expect(await rows('SELECT sink, from_offset, to_offset FROM pipeline.acknowledged_gap')).toEqual([
      { sink: 'archive', from_offset: String(KEPT), to_offset: '100' },
    ]);
  });

  it('finds the archive as it was when a worker had begun to read a log that was filled again beyond all positions', async () => {
    await dieAfterTotals({ moment: 'before', step: 'intent', call: 1 });
    await truncate(stream, READ.slice(0, KEPT), OTHERS);
    const drained = await startWorker('drain', stream.environment);
    expect([drained.exitCode, drained.all.includes('LOG_TRUNCATED')]).toEqual([1, true]);
    expect(await rows('SELECT sink, next_offset FROM pipeline.position ORDER BY 1')).toEqual([
      { sink: 'archive', next_offset: '0' },
      { sink: 'totals', next_offset: '100' },
    ]);
    expect((await acknowledge(stream.environment, `--offset=${KEPT}`)).stdout).toContain(`back from 100 to ${KEPT}`);
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS], [...READ.slice(0, KEPT), ...OTHERS])).toEqual([]);
  });

  it.each([
    ['keeps the files of a chunk that it cuts', { moment: 'before', step: 'manifest', call: 1 } as const, READ.length],
    ['makes the missing ones of what can be read still', { moment: 'before', step: 'upload', call: 1 } as const, KEPT],
  ])('%s', async (_what, failpoint, archived) => {
    await dieAfterTotals(failpoint);
    expect(await rows('SELECT end_offset FROM pipeline.archive_intent')).toEqual([{ end_offset: '100' }]);
    await truncate(stream, READ.slice(0, KEPT), OTHERS);
    expect((await acknowledge(stream.environment, `--offset=${KEPT}`)).stdout).toContain('generation 1 of partition 0');
    await drain(stream.environment);

    expect(await differences([...READ, ...OTHERS], [...READ.slice(0, archived), ...OTHERS])).toEqual([]);
  });

  it.each([
    ['keeps the files', { moment: 'before', step: 'manifest', call: 1 } as const, READ.length],
    ['creates the files of the records that are left', { moment: 'before', step: 'upload', call: 1 } as const, KEPT],
  ])(
    '%s of a chunk that was begun with records which the log lost before they were counted',
    async (_what, failpoint, archived) => {
      const archiveFirst = { ARCHIVE_ROLL_ROWS: '50', FLUSH_INTERVAL_MS: '60000' };
      expect((await startWorker('serve', { ...stream.environment, ...archiveFirst }, failpoint)).signal).toBe(
        'SIGKILL',
      );
      expect(await rows('SELECT end_offset FROM pipeline.archive_intent')).toEqual([{ end_offset: '100' }]);
      expect(await rows('SELECT DISTINCT next_offset FROM pipeline.position')).toEqual([{ next_offset: '0' }]);
      await truncate(stream, READ.slice(0, KEPT), OTHERS);
      expect((await startWorker('drain', stream.environment)).all).toContain(
        'LOG_TRUNCATED: partition 0: the record at offset 99 is not the one seen there',
      );
      expect(await rows('SELECT DISTINCT next_offset FROM pipeline.position')).toEqual([{ next_offset: '0' }]);

      expect((await acknowledge(stream.environment)).all).toContain(
        'TRUNCATION_UNCLEAR: the log of partition 0 was truncated between offsets 0 and 99',
      );
      expect((await acknowledge(stream.environment, `--offset=${KEPT}`)).stdout).toContain(
        'generation 1 of partition 0',
      );
      await drain(stream.environment);

      const sent = [...READ.slice(0, KEPT), ...OTHERS];
      expect(await differences(sent, [...READ.slice(0, archived), ...OTHERS])).toEqual([]);
      expect(await rows('SELECT sum(abs(rest))::text AS unexplained FROM pipeline.partition_balance')).toEqual([
        { unexplained: '0' },
      ]);
    },
  );

  it('lets no hour be final after it was killed while it created the files of a cut chunk, until it is run again', async () => {
    const RUN = ['run', '--date=2022-10-29', '--hour=13', '--require-final'];
    await dieAfterTotals({ moment: 'before', step: 'upload', call: 1 });
    await truncate(stream, READ.slice(0, KEPT), OTHERS);
    const secondFile: Failpoint = { moment: 'before', step: 'upload', call: 2 };
    const command = ['acknowledge-truncation', '--partition=0', '--by=test', `--offset=${KEPT}`];
    expect((await startWorker(command, stream.environment, secondFile)).signal).toBe('SIGKILL');
    await drain(stream.environment);
    expect(await rows('SELECT next_offset, count(*)::integer AS sinks FROM pipeline.position GROUP BY 1')).toEqual([
      { next_offset: String(KEPT + OTHERS.length), sinks: 2 },
    ]);
    const early = await startBatch(RUN, stream.environment);
    expect([early.exitCode, early.stderr]).toEqual([3, expect.stringContaining('(LOG_TRUNCATED); run speed-layer:')]);

    expect((await acknowledge(stream.environment)).stdout).toBe('partition 0 holds all that was read of it');
    expect(await differences([...READ, ...OTHERS], [...READ.slice(0, KEPT), ...OTHERS])).toEqual([]);
    expect((await startBatch(RUN, stream.environment)).exitCode).toBe(0);
  }, 400_000);

  it('run again after it gave a chunk up, moves no position for a later chunk that begins at the same offset', async () => {
    await dieAfterTotals({ moment: 'before', step: 'upload', call: 1 });
    await truncate(stream, [], OTHERS);
    expect((await acknowledge(stream.environment, '--offset=0')).stdout).toContain('back from 100 to 0');
    await drain(stream.environment);
    expect(await rows('SELECT DISTINCT start_offset, generation FROM pipeline.archive_file')).toEqual([
      { start_offset: '0', generation: 1 },
    ]);

    expect((await acknowledge(stream.environment)).stdout).toBe('partition 0 holds all that was read of it');
    await drain(stream.environment);
    expect(await differences([...READ, ...OTHERS], OTHERS)).toEqual([]);
  });

  it('is refused with another archive', async () => {
    await drain(stream.environment);
    const { exitCode, all } = await acknowledge({ ...stream.environment, ARCHIVE_URL: 'file:.local/archive' });
    expect(exitCode).toBe(1);
    expect(all).toContain('OTHER_STREAM');
  });
});
