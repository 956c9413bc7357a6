import { streamDifferences, withTables } from '@antenna/oracle';
import { endedWell, originOf, produce, rowsOf, until } from '@antenna/test-kit';
import { deleteRecordsBefore, newStream, sendTo, someRecords, type Stream } from '../stream.ts';
import { drain, serve, startWorker, stop } from '../workers.ts';

const STOPPED = 0;
const HEALTHY = 1;

/** The records of the two partitions: neither number is a multiple of the size of a commit or of a chunk. */
const OF_STOPPED = someRecords(31, 350);
const OF_HEALTHY = someRecords(32, 470);
const DELETED_BELOW = 120;

const STOPPED_LINE = /partition 0 stands still since .*DATA_GAP/;

const MAX_BIGINT = '9223372036854775807';

describe('a partition that stopped beside one that goes on', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 2 });
    await sendTo(stream, STOPPED, OF_STOPPED);
    await sendTo(stream, HEALTHY, OF_HEALTHY);
  });

  afterEach(() => stream.close());

  async function positions(partition: number) {
    const both = await withTables(stream.databaseUrl, (tables) =>
      Promise.all([tables.positions('totals'), tables.positions('archive')]),
    );
    return both.map((offsets) => offsets.get(partition));
  }

  it('lets drain finish the other one, end with 4 for lost records, and finish both once they are acknowledged', async () => {
    await deleteRecordsBefore(stream, STOPPED, DELETED_BELOW);
    const { exitCode, all } = await startWorker('drain', stream.environment);
    expect(exitCode).toBe(4);
    expect(all).toContain(`all partitions were drained but ${STOPPED} (DATA_GAP)`);
    expect(await positions(HEALTHY)).toEqual([OF_HEALTHY.length, OF_HEALTHY.length]);
    expect(await positions(STOPPED)).toEqual([0, 0]);

    await endedWell(startWorker('acknowledge-gap', stream.environment));
    await drain(stream.environment);
    expect(await streamDifferences(stream, [...OF_STOPPED.slice(DELETED_BELOW), ...OF_HEALTHY])).toEqual([]);
  });

  it('lets drain finish the other one and end with 1 for a sum that leaves the range of bigint', async () => {
    await drain(stream.environment);
    const [row] = await rowsOf<{ id: string; at: string }>(
      stream.databaseUrl,
      `UPDATE bytes SET value = ${MAX_BIGINT}
       WHERE (id, "timestamp") IN (SELECT id, "timestamp" FROM bytes WHERE type = 'user_total_bytes' LIMIT 1)
       RETURNING id, to_char("timestamp", 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at`,
    );
    const event = { timestamp: row!.at, id: row!.id, antenna_id: 'north', bytes: 1, app: 'SKYPE' };
    await produce(stream, [{ value: JSON.stringify(event), partition: STOPPED }]);
    const others = OF_HEALTHY.filter(({ key }) => key !== row!.id);
    await sendTo(stream, HEALTHY, others);
    const { exitCode, all } = await startWorker('drain', stream.environment);
    expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
    expect(all).toContain(`all partitions were drained but ${STOPPED} (SUM_OUT_OF_RANGE)`);
    const end = OF_HEALTHY.length + others.length;
    expect(await positions(HEALTHY)).toEqual([end, end]);
    expect((await positions(STOPPED))[0]).toBe(OF_STOPPED.length);
  });

  it('is named by /readyz, which stays 200, and by status, until an operator has acknowledged the loss', async () => {
    await deleteRecordsBefore(stream, STOPPED, DELETED_BELOW);
    const { worker } = serve(stream.environment);
    const origin = await originOf(worker);
    const ready = async () => {
      const response = await fetch(new URL('/readyz', origin));
      return { status: response.status, text: await response.text() };
    };
    await until(async () => (await positions(HEALTHY))[1] === OF_HEALTHY.length, {
      what: 'the healthy partition in the archive',
      deadlineMs: 120_000,
    });
    expect(await ready()).toMatchObject({
      status: 200,
      text: expect.stringContaining(`partition ${STOPPED} stands still: DATA_GAP`) as string,
    });
    // Workers record stopped partitions every few seconds.
    await until(async () => STOPPED_LINE.test((await startWorker('status', stream.environment)).stdout), {
      what: 'the stopped partition in status',
      deadlineMs: 60_000,
    });

    await endedWell(startWorker('acknowledge-gap', stream.environment));
    await until(async () => (await positions(STOPPED))[1] === OF_STOPPED.length, {
      what: 'the stopped partition in the archive',
      deadlineMs: 120_000,
    });
    expect((await ready()).text).not.toContain('stands still');
    await stop(worker);
  }, 300_000);
});
