import { WorkerPool } from './worker-pool.ts';

/**
 * Code of a worker thread: answers a task with the task and the thread id; throws, exits or hangs for a task of that
 * name.
 */
const behaviour = `
  const { parentPort, threadId } = require('node:worker_threads');
  parentPort.on('message', (task) => {
    if (task === 'throw') throw Object.assign(new Error('broken'), { code: 'ENOSPC', syscall: 'write' });
    if (task === 'exit') process.exit(7);
    if (task === 'hang') return;
    parentPort.postMessage({ task, threadId });
  });
`;
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('/');${behaviour}`)}`,
);

const tasks = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

interface Answer {
  readonly task: string;
  readonly threadId: number;
}

describe('a pool of worker threads', () => {
  let pool: WorkerPool<string, Answer>;

  beforeEach(() => {
    pool = new WorkerPool(module, 2);
  });

  afterEach(() => pool.close());

  it('does each task once', async () => {
    const answers = await Promise.all(tasks.map((task) => pool.run(task)));
    expect(answers.map(({ task }) => task)).toEqual(tasks);
  });

  it('never starts more threads than its limit', async () => {
    const answers = await Promise.all(tasks.map((task) => pool.run(task)));
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(2);
  });

  it('reuses an idle thread', async () => {
    const first = await pool.run('a');
    expect(await pool.run('b')).toEqual({ task: 'b', threadId: first.threadId });
  });

  it('fails a task that throws, with message and code of its error, and goes on', async () => {
    const [bad, good] = await Promise.allSettled([pool.run('throw'), pool.run('a')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'broken', code: 'ENOSPC', syscall: 'write' } });
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(await pool.run('b')).toMatchObject({ task: 'b' });
  });

  it('goes on after a thread has exited', async () => {
    await expect(Promise.all([pool.run('exit')])).rejects.toThrow('ended with code 7');
    expect(await pool.run('a')).toMatchObject({ task: 'a' });
  });

  it('fails running and waiting tasks when it is closed', async () => {
    const settled = Promise.allSettled(['hang', 'hang', 'a'].map((task) => pool.run(task)));
    await pool.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
