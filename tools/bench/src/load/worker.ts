import { join } from 'node:path';
import { until } from '@antenna/test-kit';
import type { CommandLine, start } from '../measure/run-measured.ts';
import { checkout } from '../place.ts';
import type { Environment } from '../stack/run-place.ts';

export type Program = ReturnType<typeof start>;

/** A command of an application, from its sources. */
export function workerCommand(
  app: 'speed-layer' | 'batch-layer',
  args: readonly string[],
  env: Environment,
): CommandLine {
  const main = join(checkout, 'apps', app, 'src', 'main.ts');
  return {
    file: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', main, ...args],
    env: { LOG_FORMAT: 'json', ...env },
  };
}

/** The origin of a serving worker's HTTP server, which its log names. */
export async function originOf(worker: Program): Promise<string> {
  let printed = '';
  worker.all.on('data', (data: Buffer) => (printed += data.toString()));
  const port = await until(() => /"httpPort":(\d+)/.exec(printed)?.[1], {
    what: 'port of the health server',
    deadlineMs: 60_000,
  });
  return `http://127.0.0.1:${port}`;
}

/** Reads the worker's metrics. @returns the sum of a metric over all its labels, by its name. */
export async function workerFigures(origin: string): Promise<(name: string) => number> {
  const lines = (await (await fetch(`${origin}/metrics`)).text()).split('\n');
  return (name) =>
    lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}
