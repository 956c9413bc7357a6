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

/** The nice value of a thread of this process: the 19th field of its stat, the second being a name in parentheses. */
async function niceValueOf(thread: string): Promise<number> {
  const stat = await readFile(`/proc/self/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}

test('the thread that encodes gives way to all others, and no other thread does', async () => {
  const before = await readdir('/proc/self/task');
  await encoder.encode(columnsOf([aRow()]), join(folder, 'rows.parquet'));
  const values = await Promise.all((await readdir('/proc/self/task')).map(niceValueOf));
  expect(await Promise.all(before.map(niceValueOf))).not.toContain(BACKGROUND_PRIORITY);
  expect(values.filter((value) => value === BACKGROUND_PRIORITY)).toHaveLength(1);
});
