import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@antenna/test-kit';
import { BACKGROUND_PRIORITY } from './background-thread.ts';
import { ParquetDecoder, type ParquetEncoder, threadedParquetEncoder } from './parquet-threads.ts';
import { aRow, columnsOf } from './rows-for-tests.ts';

let folder: string;
let encoder: ParquetEncoder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-encoder-'));
  encoder = threadedParquetEncoder(1);
});

afterEach(async () => {
  await encoder.close();
  await rm(folder, { recursive: true });
});

/** The nice value of each thread of this process: field 19 of its stat; field 2 is a name in parentheses. */
async function niceValues(): Promise<ReadonlyMap<string, number>> {
  const values = (await readdir('/proc/self/task')).map(async (thread) => {
    // A thread may end after it was listed.
    const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8').catch(() => undefined);
    return stat === undefined ? [] : [[thread, niceValueOf(stat)] as const];
  });
  return new Map((await Promise.all(values)).flat());
}

function niceValueOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}

test('only the encoder thread has a lower priority than the other threads of the process', async () => {
  const before = await niceValues();
  await encoder.encode(columnsOf([aRow()]), join(folder, 'rows.parquet'));
  const after = await niceValues();
  const changed = [...after].filter(([thread, value]) => value !== (before.get(thread) ?? 0));
  expect(changed.map(([, value]) => value)).toEqual([BACKGROUND_PRIORITY]);
});

describe('the thread that reads files back', () => {
  const path = fileURLToPath(new URL('./rows-in-offset-order.parquet', import.meta.url));
  const threads = async () => [...(await niceValues()).keys()].sort();

  it('reads the next file, too', async () => {
    const decoder = new ParquetDecoder(60_000);
    await decoder.decode(path);
    const before = await threads();
    await decoder.decode(path);
    expect(await threads()).toEqual(before);
  });

  it('ends when it is idle for the given time', async () => {
    const before = await threads();
    await new ParquetDecoder(0).decode(path);
    await until(async () => (await threads()).every((thread) => before.includes(thread)), {
      what: 'end of the thread',
    });
  });
});
