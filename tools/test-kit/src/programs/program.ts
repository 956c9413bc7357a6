import { resolve } from 'node:path';
import { ProductError } from '@antenna/cli';
import { execa } from 'execa';
import { until } from '../until.ts';

export const checkout = resolve(import.meta.dirname, '../../../..');

export type App = 'provisioner' | 'speed-layer' | 'batch-layer';

/** Environment variables: the settings of a program. */
export type Environment = Readonly<Record<string, string>>;

/** A program and all of its environment but PATH and HOME. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Environment;
  /** The checkout unless given. */
  readonly cwd?: string;
}

interface ProgramOptions {
  /** Ends the program by SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may take to end after SIGTERM before it is killed: a minute unless given. */
  readonly endPatienceMs?: number;
  /** Shows its output on standard error as it comes, besides keeping it. */
  readonly isShown?: boolean;
}

/** A program did not end with exit code 0. */
export class ProgramFailedError extends ProductError {
  readonly code = 'PROGRAM_FAILED';
}

/** Kafka's client sets timers whose time has passed already. */
const QUIET = '--disable-warning=TimeoutNegativeWarning';

/** An application of the product, from its sources, as an operator would call it. */
export function appCommand(app: App, args: readonly string[], env: Environment): CommandLine {
  return nodeCommand([`apps/${app}/src/main.ts`, ...args], env);
}

/** A program of Node. @param args flags of Node, the file, and its arguments. */
export function nodeCommand(args: readonly string[], env: Environment): CommandLine {
  return { file: process.execPath, args: [QUIET, ...args], env };
}

/** Starts a program as a process of its own. What is returned resolves to its ending, however it ends. */
export function startProgram({ file, args, env, cwd = checkout }: CommandLine, options: ProgramOptions = {}) {
  const { PATH, HOME } = process.env;
  const { signal, endPatienceMs = 60_000, isShown = false } = options;
  const output = isShown ? (['pipe', process.stderr] as const) : 'pipe';
  return execa(file, args, {
    cwd,
    env: { PATH, HOME, ...env },
    extendEnv: false,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    all: true,
    reject: false,
    forceKillAfterDelay: endPatienceMs,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
}

export type Program = ReturnType<typeof startProgram>;

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output.
 * @throws {ProgramFailedError} with the command, how it ended and the end of its output.
 */
export async function runProgram(command: CommandLine, options: ProgramOptions = {}): Promise<string> {
  const { failed, exitCode, signal, all, stdout } = await startProgram(command, options);
  if (!failed) return stdout;
  const ending = signal === undefined ? `ended with exit code ${String(exitCode)}` : `was ended by ${signal}`;
  throw new ProgramFailedError(`\`${textOf(command)}\` ${ending}; the end of its output:\n${lastLines(all, 20)}`);
}

/** As people type it. */
export function textOf({ file, args }: CommandLine): string {
  const program = file === process.execPath ? 'node' : file;
  return [program, ...args.filter((arg) => arg !== QUIET)].join(' ');
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Waits for the end of a program. @throws {ProgramFailedError} with all that it printed, unless its exit code is 0. */
export async function endedWell(program: Program): Promise<void> {
  const { exitCode, signal, all } = await program;
  if (exitCode !== 0) throw new ProgramFailedError(`a program ended with ${exitCode ?? String(signal)}:\n${all}`);
}

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
