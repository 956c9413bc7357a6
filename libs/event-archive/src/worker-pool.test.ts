import { WorkerPool } from './worker-pool.ts';

/** Answers `echo:<task>` with the thread's number; does as the task says otherwise. */
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

  it('never starts more threads than it may', async () => {
    const answers = await Promise.all(tasks.map((task) => pool.run(task)));
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(2);
  });

  it('uses an idle thread again', async () => {
    const first = await pool.run('a');
    expect(await pool.run('b')).toEqual({ task: 'b', threadId: first.threadId });
  });

  it('fails the task that throws, with what is known of the reason, and goes on', async () => {
    const [bad, good] = await Promise.allSettled([pool.run('throw'), pool.run('a')]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'broken', code: 'ENOSPC', syscall: 'write' } });
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(await pool.run('b')).toMatchObject({ task: 'b' });
  });

  it('goes on after a thread has ended by itself', async () => {
    await expect(Promise.all([pool.run('exit')])).rejects.toThrow('ended with code 7');
    expect(await pool.run('a')).toMatchObject({ task: 'a' });
  });

  it('fails what is under way and what waits when it is closed', async () => {
    const settled = Promise.allSettled(['hang', 'hang', 'a'].map((task) => pool.run(task)));
    await pool.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
