import { type Transferable, Worker } from 'node:worker_threads';
import { asError } from './archive-error.ts';

interface Job<Task, Result> {
  readonly task: Task;
  readonly transfer: readonly Transferable[];
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: Error) => void;
}

interface Thread<Task, Result> {
  readonly worker: Worker;
  job: Job<Task, Result> | undefined;
}

/**
 * Runs tasks on worker threads of a module that answers each message with one. A thread runs one task at a time. A
 * thread that throws is not reused (what it holds may be in any state): its task fails with the error, and the
 * next task gets a new thread. Threads start on demand, and idle ones do not keep the process alive. (Why no library:
 * docs/decisions/0012-small-mechanisms.md.)
 */
export class WorkerPool<Task, Result> {
  readonly #module: URL;
  readonly #maxThreads: number;
  readonly #threads = new Set<Thread<Task, Result>>();
  readonly #waiting: Job<Task, Result>[] = [];

  constructor(module: URL, maxThreads: number) {
    this.#module = module;
    this.#maxThreads = maxThreads;
  }

  /** @param transfer objects of the task that are transferred instead of copied. */
  run(task: Task, transfer: readonly Transferable[] = []): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ task, transfer, resolve, reject });
    this.#dispatch();
    return promise;
  }

  /** Ends the threads. Unfinished tasks fail. */
  async close(): Promise<void> {
    for (const job of this.#waiting.splice(0)) job.reject(new Error('the worker threads were ended'));
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    if (this.#waiting.length === 0) return;
    const thread = this.#idleThread();
    const job = thread === undefined ? undefined : this.#waiting.shift();
    if (thread === undefined || job === undefined) return;
    thread.job = job;
    thread.worker.ref();
    thread.worker.postMessage(job.task, job.transfer);
  }

  #idleThread(): Thread<Task, Result> | undefined {
    for (const thread of this.#threads) if (thread.job === undefined) return thread;
    return this.#threads.size < this.#maxThreads ? this.#startThread() : undefined;
  }

  #startThread(): Thread<Task, Result> {
    const thread: Thread<Task, Result> = { worker: new Worker(this.#module), job: undefined };
    thread.worker.on('message', (result: Result) => {
      const { job } = thread;
      thread.job = undefined;
      thread.worker.unref();
      job?.resolve(result);
      this.#dispatch();
    });
    thread.worker.on('error', (error) => {
      this.#lose(thread, asError(error));
    });
    thread.worker.on('exit', (code) => {
      this.#lose(thread, new Error(`the worker thread ended with code ${code}`));
    });
    this.#threads.add(thread);
    return thread;
  }

  #lose(thread: Thread<Task, Result>, reason: Error): void {
    this.#threads.delete(thread);
    thread.job?.reject(reason);
    thread.job = undefined;
    this.#dispatch();
  }
}

/** A module beside the calling one: `.ts` when the sources run, `.js` when they are bundled. */
export function siblingModule(name: string, callerUrl: string): URL {
  const extension = callerUrl.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, callerUrl);
}
