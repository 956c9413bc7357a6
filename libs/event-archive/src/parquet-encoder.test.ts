import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKGROUND_PRIORITY } from './background-thread.ts';
import { type ParquetEncoder, threadedParquetEncoder } from './parquet-encoder.ts';
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

/** Of each thread of this process the nice value: the 19th field of its stat, the second being a name in parentheses. */
async function niceValues(): Promise<ReadonlyMap<string, number>> {
  const values = (await readdir('/proc/self/task')).map(async (thread) => {
    const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8');
    return [thread, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])] as const;
  });
  return new Map(await Promise.all(values));
}

test('the thread that encodes gives way to all others, and no other thread does', async () => {
  const before = await niceValues();
  await encoder.encode(columnsOf([aRow()]), join(folder, 'rows.parquet'));
  const after = await niceValues();
  const changed = [...after].filter(([thread, value]) => value !== (before.get(thread) ?? 0));
  expect(changed.map(([, value]) => value)).toEqual([BACKGROUND_PRIORITY]);
});
