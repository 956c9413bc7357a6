import fc from 'fast-check';
import { type HistoryStep, StreamHistory } from '../testing/stream-history.ts';
import { TestStore } from '../testing/test-store.ts';

const FIRST_HOUR = Date.UTC(2022, 9, 29, 13);
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'];

type Kind = HistoryStep['kind'];

const stepsOf = (...kinds: readonly Kind[]) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      partition: fc.nat(1),
      records: fc.nat(12),
      choice: fc.nat(15),
    }),
    { minLength: 4, maxLength: 25 },
  );

interface Row {
  readonly hour: string;
  readonly type: string;
  readonly speed: string;
  readonly batch: string;
  readonly difference: string;
  readonly counted_not_archived: string;
  readonly archived_not_counted: string;
  readonly archived_since_run: string;
  readonly below_floor: string;
  readonly acknowledged: string;
  readonly unexplained: string;
  readonly is_explained: boolean;
}

let test: TestStore;
let histories = 0;

beforeAll(async () => {
  test = await TestStore.open();
});

afterAll(() => test.close());

/** Each history has hours and partitions of its own. */
async function newHistory(): Promise<StreamHistory> {
  const places = { firstHourMs: FIRST_HOUR + histories * 4 * 3_600_000, firstPartition: histories * 2 };
  histories += 1;
  const history = new StreamHistory(test, places);
  await history.start();
  return history;
}

async function rowsOf({ hours }: StreamHistory): Promise<readonly Row[]> {
  const { rows } = await test.database.raw<{ rows: Row[] }>(
    'SELECT * FROM pipeline.reconciliation WHERE hour >= :from AND hour <= :last ORDER BY hour, type',
    { from: textOf(hours[0]), last: textOf(hours.at(-1)) },
  );
  return rows;
}

function textOf(hourMs = 0): string {
  return new Date(hourMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Compares the rows of every hour with the model. */
async function check(history: StreamHistory): Promise<void> {
  const rows = await rowsOf(history);
  for (const hourMs of history.hours) {
    checkHour(
      history,
      hourMs,
      rows.filter(({ hour }) => hour === textOf(hourMs)),
    );
  }
}

function checkHour(history: StreamHistory, hourMs: number, rows: readonly Row[]): void {
  const run = history.runs.get(hourMs);
  const isUnread = (path: string | undefined) => path !== undefined && run?.paths.has(path) !== true;
  const speed = history.bytes(hourMs, ({ isInWindow }) => isInWindow);
  const removed = history.bytes(hourMs, ({ isCounted, isInWindow }) => isCounted && !isInWindow);
  const batch = history.removedHours.has(hourMs) ? 0 : (run?.bytes ?? 0);
  const removedResult = (run?.bytes ?? 0) - batch;
  if (speed > 0 || run !== undefined) expect(rows).toHaveLength(TYPES.length);
  for (const row of rows) {
    expect(row).toMatchObject({
      ...{ speed: String(speed), batch: String(batch), difference: String(speed - batch) },
      ...{ unexplained: '0', is_explained: true },
      below_floor: String(removedResult - removed),
      archived_since_run: String(history.bytes(hourMs, ({ path }) => isUnread(path))),
    });
    const [counted, archived, since, acknowledged] = [
      row.counted_not_archived,
      row.archived_not_counted,
      row.archived_since_run,
      row.acknowledged,
    ].map(Number);
    const causes = (counted ?? 0) - (archived ?? 0) + (since ?? 0) + (acknowledged ?? 0) + removedResult - removed;
    expect(causes).toBe(speed - batch);
    if (history.hasLosses) continue;
    expect(row).toMatchObject({
      counted_not_archived: String(history.bytes(hourMs, ({ isCounted, path }) => isCounted && path === undefined)),
      archived_not_counted: String(history.bytes(hourMs, ({ isCounted, path }) => !isCounted && path !== undefined)),
      acknowledged: '0',
    });
  }
}

/** Checks 25 random histories of these kinds of steps: after each step, and once both sinks have the same position. */
async function checkHistories(...kinds: readonly Kind[]): Promise<void> {
  await fc.assert(
    fc.asyncProperty(stepsOf(...kinds), async (steps) => {
      const history = await newHistory();
      for (const step of steps) {
        await history.take(step);
        await check(history);
      }
      await history.settle();
      await check(history);
    }),
    { numRuns: 25 },
  );
}

describe('the difference between speed and batch layer', () => {
  it('is the exact sum of its causes after each commit, chunk and run, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf('commit', 'chunk', 'intend', 'run'), async (steps) => {
        const history = await newHistory();
        for (const step of steps) {
          await history.take(step);
          await check(history);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('is explained at every moment of a history with gaps, truncations and files that appear late', async () => {
    await checkHistories('commit', 'commit', 'chunk', 'intend', 'run', 'retention', 'truncate', 'appear');
  });

  it('is explained at every moment while floors rise and rows below them are removed', async () => {
    // Rows of all times are in the default partitions, from which any hour can be removed.
    await test.database.raw('DROP TABLE pipeline.bytes_before, pipeline.bytes_hourly_before');
    const floors: readonly Kind[] = ['run', 'raise', 'remove'];
    await checkHistories('commit', 'commit', 'chunk', 'intend', 'run', ...floors, 'retention', 'truncate', 'appear');
  });

  it('is reported for each type of an hour that was counted, archived or computed', async () => {
    const history = await newHistory();
    await history.take({ kind: 'chunk', partition: 0, records: 10, choice: 0 });
    const first = textOf(history.hours[0]);
    expect((await rowsOf(history)).filter(({ hour }) => hour === first).map(({ type }) => type)).toEqual(TYPES);
  });
});
