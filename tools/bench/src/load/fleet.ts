import { endedWell, type Program, startProgram } from '@antenna/test-kit';
import { productStreaming } from '../contestants/product.ts';
import type { RunPlace } from '../stack/run-place.ts';
import { readyOrigin } from './ready-origin.ts';

/** A line that a worker logged. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly message: string;
}

/** A worker of the group, a bundle that runs as in its image. */
export interface FleetWorker {
  /** Its place in the order in which the workers were started, from 1. */
  readonly number: number;
  readonly program: Program;
  readonly lines: readonly LogLine[];
}

/** The workers of one group, started and ended as a Deployment starts and ends its pods. */
export class Fleet {
  readonly #at: RunPlace;
  readonly #all: FleetWorker[] = [];
  #members: readonly FleetWorker[] = [];

  constructor(at: RunPlace) {
    this.#at = at;
  }

  /** All workers that were ever started. */
  get all(): readonly FleetWorker[] {
    return this.#all;
  }

  /** The workers that serve, the oldest first. */
  get members(): readonly FleetWorker[] {
    return this.#members;
  }

  /** Starts a worker, and waits until it is ready. */
  async start(): Promise<FleetWorker> {
    const { file, args, env } = productStreaming.service(this.#at, this.#at.groupId);
    const program = startProgram({ file, args, env: { ...env, LOG_LEVEL: 'debug' } });
    const worker = { number: this.#all.length + 1, program, lines: linesOf(program) };
    this.#all.push(worker);
    this.#members = [...this.#members, worker];
    await readyOrigin(program, `worker ${worker.number}`);
    return worker;
  }

  /** Ends a worker with SIGTERM, and waits until it has left. */
  async stop(worker: FleetWorker): Promise<void> {
    this.#forget(worker);
    worker.program.kill('SIGTERM');
    await endedWell(worker.program);
  }

  /** Ends a worker with SIGKILL. */
  async kill(worker: FleetWorker): Promise<void> {
    this.#forget(worker);
    worker.program.kill('SIGKILL');
    await worker.program;
  }

  /** Ends what is left with SIGKILL, after a failure too. */
  killAll(): void {
    for (const { program } of this.#all) program.kill('SIGKILL');
  }

  #forget(worker: FleetWorker): void {
    this.#members = this.#members.filter((each) => each !== worker);
  }
}

/** The lines that a worker logs, as they come. */
function linesOf(program: Program): readonly LogLine[] {
  const lines: LogLine[] = [];
  let rest = '';
  program.all.on('data', (data: Buffer) => {
    const texts = `${rest}${data.toString()}`.split('\n');
    rest = texts.pop() ?? '';
    lines.push(...texts.flatMap(lineOf));
  });
  return lines;
}

function lineOf(text: string): LogLine[] {
  if (!text.startsWith('{')) return [];
  const { timestamp, message } = JSON.parse(text) as { readonly timestamp: string; readonly message: string };
  return [{ atMs: Date.parse(timestamp), message }];
}
