import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { CheckFailedError } from '../check-list.ts';
import { runProgram } from '../run-program.ts';

const container = z.object({
  Service: z.string(),
  State: z.string(),
  Health: z.string().optional(),
  ExitCode: z.int(),
});

/** A container, as Docker sees it. */
export interface ContainerState {
  readonly service: string;
  /** `running`, `exited`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`; empty where nothing is checked. */
  readonly health: string;
  readonly exitCode: number;
}

interface ProjectOptions {
  /** Sets it apart from the other projects of the machine. */
  readonly name: string;
  /** The checkout. */
  readonly folder: string;
  /** For the variables of the file. */
  readonly env: Readonly<Record<string, string>>;
}

/** A project of docker/compose.yaml. */
export class ComposeProject {
  readonly #base: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  constructor({ name, folder, env }: ProjectOptions) {
    this.#base = ['compose', '--project-name', name, '--file', join(folder, 'docker', 'compose.yaml')];
    this.#env = env;
  }

  /** `docker compose <args>`. @returns its standard output. @throws {ProgramFailedError} */
  async run(args: readonly string[], { isShown = false } = {}): Promise<string> {
    return runProgram('docker', [...this.#base, ...args], { env: this.#env, isShown });
  }

  async containers(): Promise<ContainerState[]> {
    const lines = (await this.run(['ps', '--all', '--format', 'json'])).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => container.parse(JSON.parse(line)))
      .map(({ Service, State, Health = '', ExitCode }) => ({
        service: Service,
        state: State,
        health: Health,
        exitCode: ExitCode,
      }));
  }

  /** The end of what a service wrote. */
  async log(service: string, lines = 40): Promise<string> {
    return this.run(['logs', '--no-color', '--no-log-prefix', '--tail', String(lines), service]);
  }
}

/** How long something is waited for. */
export interface Patience {
  readonly deadlineMs: number;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

const POLL_MS = 1_000;

/**
 * Waits until each of these services is healthy, or has ended with 0 if it is one that ends.
 * @throws {CheckFailedError} with the log of the one that failed, or of the first that is not ready in time.
 */
export async function waitForContainers(
  project: ComposeProject,
  services: readonly string[],
  { deadlineMs, signal }: Patience,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const all = await project.containers();
    const failed = all.find(({ state, exitCode }) => state === 'exited' && exitCode !== 0);
    if (failed !== undefined) throw await failure(project, failed, `ended with ${failed.exitCode}`);
    const notReady = services.find((service) => !isReady(all.find((each) => each.service === service)));
    if (notReady === undefined) return;
    if (performance.now() > end) {
      throw await failure(project, { service: notReady }, `is not ready after ${deadlineMs / 1000} s`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

function isReady(container: ContainerState | undefined): boolean {
  if (container === undefined) return false;
  return container.health === 'healthy' || (container.state === 'exited' && container.exitCode === 0);
}

async function failure(
  project: ComposeProject,
  { service }: Pick<ContainerState, 'service'>,
  what: string,
): Promise<CheckFailedError> {
  return new CheckFailedError(`${service} ${what}; the end of its log:\n${await project.log(service)}`);
}
