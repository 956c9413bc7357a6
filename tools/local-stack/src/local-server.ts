import { ProductError } from '@antenna/cli';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import retry from 'p-retry';
import { assertPortFree } from './ports.ts';
import { endProcess } from './process/end-process.ts';
import { type CommandLine, launch } from './process/launch.ts';
import { processFile, type Running } from './process/process-file.ts';
import type { Report } from './process/programs.ts';

/** A server did not come up, or did not end. */
class ServerFailedError extends ProductError {
  readonly code = 'SERVER_FAILED';
}

export interface ServerOptions {
  /** Folder of the stack: each server has a folder of its name in it. */
  readonly home: string;
  /** Standard error unless given. */
  readonly report?: Report | undefined;
}

/** What a server shows to its clients, in PEM format. */
export interface ServerCertificate {
  /** PKCS #8. */
  readonly privateKey: string;
  /** The server's own, then those that vouch for it. */
  readonly chain: string;
}

/** A real server on this machine. It outlives the process that started it. */
export interface LocalServer {
  readonly service: string;
  /** What its clients are given. */
  readonly address: string;
  readonly logFile: string;
  /** Undefined while it does not run. */
  pid(): Promise<number | undefined>;
  /** Whether it answers its clients now. */
  answers(): Promise<boolean>;
  /**
   * Starts it on the data and the ports that it had, and waits until it answers; does nothing when it runs.
   * @throws {PortTakenError | ProgramMissingError | ServerFailedError}
   */
  start(): Promise<void>;
  /** Ends it: `graceful` as an operator would, `immediate` as a power cut would (SIGKILL). Waits for the end. */
  stop(how: 'graceful' | 'immediate'): Promise<void>;
}

/** What there is to know about a kind of server. */
export interface ServerKind {
  readonly service: string;
  readonly address: string;
  readonly ports: readonly number[];
  /** Makes what it needs; can be repeated. @returns what to start. */
  prepare(): Promise<CommandLine>;
  /** Resolves when the server answers, throws while it does not. */
  probe(): Promise<void>;
  readonly gracefulSignal: NodeJS.Signals;
  /** How long it may take until it answers; two minutes unless given. */
  readonly startDeadlineMs?: number;
}

const defaultStartDeadlineMs = 120_000;
const stopPatienceMs = 45_000;

/** @param folder of its own: process file, log and data. */
export function localServer(kind: ServerKind, folder: string, report: Report): LocalServer {
  const { service, address, ports } = kind;
  const file = processFile(join(folder, 'process.json'));
  const logFile = join(folder, 'log');

  async function launchAndWait(): Promise<void> {
    for (const port of ports) await assertPortFree(port, service);
    const command = await kind.prepare();
    report(`${service}: starting at ${shown(address)}`);
    const { pid, ended } = await launch(command, logFile);
    await file.remember({ pid, address });
    const waiting = new AbortController();
    try {
      await Promise.race([firstAnswer(kind, waiting.signal), ended]);
    } catch (error) {
      waiting.abort();
      await endProcess(pid, 'SIGKILL', stopPatienceMs);
      throw new ServerFailedError(`${service} did not start: ${String(error)}; see ${logFile}`, { cause: error });
    }
    report(`${service}: up (pid ${pid})`);
  }

  return {
    service,
    address,
    logFile,
    pid: async () => (await file.running())?.pid,
    answers: () =>
      kind.probe().then(
        () => true,
        () => false,
      ),
    async start() {
      await mkdir(folder, { recursive: true });
      const running = await file.running();
      if (running === undefined) return launchAndWait();
      if (running.address !== address) throw elsewhere(kind, running);
      report(`${service}: already running at ${shown(address)} (pid ${running.pid})`);
    },
    async stop(how) {
      const pid = (await file.running())?.pid;
      if (pid === undefined) return;
      await endProcess(pid, how === 'graceful' ? kind.gracefulSignal : 'SIGKILL', stopPatienceMs);
      await file.forget();
      report(`${service}: ${how === 'graceful' ? 'stopped' : 'killed'} (pid ${pid})`);
    },
  };
}

/** Without the password that a URL may hold. */
function shown(address: string): string {
  return address.replace(/:[^:@/]*@/, '@');
}

function elsewhere({ service, address }: ServerKind, running: Running): ServerFailedError {
  return new ServerFailedError(
    `${service} already runs at ${shown(running.address)} (pid ${running.pid}); ` +
      `end it before it is started at ${shown(address)}`,
  );
}

async function firstAnswer(kind: ServerKind, signal: AbortSignal): Promise<void> {
  await retry(() => kind.probe(), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 50,
    factor: 1.2,
    maxTimeout: 500,
    maxRetryTime: kind.startDeadlineMs ?? defaultStartDeadlineMs,
    signal,
  });
}
