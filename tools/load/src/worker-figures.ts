import { until } from '@antenna/test-kit';
import type { Program } from './program.ts';

/** Where a worker that serves answers, which its log tells. */
export async function originOf(worker: Program): Promise<string> {
  let printed = '';
  worker.all.on('data', (data: Buffer) => (printed += data.toString()));
  const port = await until(() => /"httpPort":(\d+)/.exec(printed)?.[1], {
    what: 'port of the health server',
    deadlineMs: 60_000,
  });
  return `http://127.0.0.1:${port}`;
}

/** Reads the worker's metrics. @returns what tells the sum of a metric over all labels. */
export async function workerFigures(origin: string): Promise<(name: string) => number> {
  const lines = (await (await fetch(`${origin}/metrics`)).text()).split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}
