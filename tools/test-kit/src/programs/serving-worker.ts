import { until } from '../until.ts';
import type { Program } from './program.ts';

/** Where a worker that serves answers, by its log: `http://127.0.0.1:<port>`. Call it before the worker prints. */
export async function originOf(worker: Program): Promise<string> {
  let printed = '';
  worker.all.on('data', (data: Buffer) => (printed += data.toString()));
  const port = await until(() => /"httpPort":(\d+)/.exec(printed)?.[1], {
    what: 'port of the health server',
    deadlineMs: 60_000,
  });
  return `http://127.0.0.1:${port}`;
}

/** Reads a worker's metrics. @returns the sum of a metric over all labels, by its name. */
export async function metricsOf(origin: string): Promise<(name: string) => number> {
  const lines = (await (await fetch(`${origin}/metrics`)).text()).split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}
