import { endedWell, rowsOf, until } from '@antenna/test-kit';
import { deleteRecordsBefore, newStream, send, someRecords } from '../stream.ts';
import { drain, startBatch, startWorker, stop } from '../workers.ts';

const HOUR = '2022-10-29T15';
const RUN = ['run', '--date=2022-10-29', '--hour=15', '--require-final'];

it('an hour of the past is not final while its events are counted and wait for the roll of the archive, and then is', async () => {
  const rarelyArchived = { ARCHIVE_ROLL_INTERVAL_MS: '600000', ARCHIVE_ROLL_ROWS: '1000000' };
  const stream = await newStream({ partitions: 2, environment: rarelyArchived });
  const answers = async (statement: string) =>
    (await rowsOf<{ answer: string | null }>(stream.databaseUrl, statement))[0]?.answer;
  const worker = startWorker('serve', stream.environment);
  try {
    await until(async () => (await answers(NOTED)) === '2', { what: 'note of the empty topic', deadlineMs: 60_000 });
    const records = someRecords(21, 2_000);
    await send(stream, records);
    const events = records.filter(({ fact }) => typeof fact !== 'string').length;
    await until(async () => (await answers(COUNTED)) === String(events), { what: 'count of all events' });
    const ofHour = (await answers(COUNTED_OF_HOUR)) ?? '';

    const early = await startBatch(RUN, stream.environment);
    expect(early.exitCode).toBe(3);
    expect(early.stderr).toContain(
      `HOUR_NOT_FINAL: hour ${HOUR} is not final: ${ofHour} events of it are counted and not archived yet; wait until`,
    );
    expect((await startBatch(['status'], stream.environment)).stdout).toMatch(
      new RegExp(`${HOUR} │ no .* 0 .* never .* no: ${ofHour} events of it are counted and not archived yet`),
    );

    await stop(worker);
    await drain(stream.environment);
    const { exitCode, stdout } = await startBatch(RUN, stream.environment);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`${HOUR} │ written │ yes .* ${ofHour} `));
  } finally {
    worker.kill('SIGKILL');
    await stream.close();
  }
});

it('an hour whose records retention has deleted is not final before the gap is acknowledged, and then says what it lacks', async () => {
  const stream = await newStream({ partitions: 1 });
  try {
    const records = someRecords(22, 600);
    await send(stream, records.slice(0, 300));
    await drain(stream.environment);
    await send(stream, records.slice(300));
    await deleteRecordsBefore(stream, 0, 500);
    expect((await startWorker('drain', stream.environment)).exitCode).toBe(4);
    const refused = await startBatch(RUN, stream.environment);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(
      `HOUR_NOT_FINAL: hour ${HOUR} is not final: records were lost before they were archived: partition 0 of ${stream.topic} (DATA_GAP); run speed-layer:acknowledge-gap`,
    );
    expect(await rowsOf(stream.databaseUrl, STATUS)).toEqual([
      {
        is_final: false,
        not_final_because: 'records were lost before they were archived, and the gap is not acknowledged',
      },
    ]);

    await endedWell(startWorker('acknowledge-gap', stream.environment));
    await drain(stream.environment);
    const { exitCode, stdout } = await startBatch(RUN, stream.environment);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/2022-10-29T15 │ written │ yes, lacks at most 200 records /);
    expect(stdout).toContain('2022-10-29T15 lacks at most 200 records, which were lost before they were archived');
    expect((await startBatch(['status'], stream.environment)).stdout).toMatch(
      /T15 .* final; lacks at most 200 records/,
    );
  } finally {
    await stream.close();
  }
});

const STATUS = `SELECT is_final, not_final_because FROM pipeline.hour_status WHERE hour = '2022-10-29 15:00'`;
const NOTED = 'SELECT count(archived_until) AS answer FROM pipeline.partition_progress';
const COUNTED = 'SELECT sum(events) AS answer FROM pipeline.counted_hour';
const COUNTED_OF_HOUR = `SELECT sum(events) AS answer FROM pipeline.counted_hour WHERE hour = '2022-10-29 15:00'`;
