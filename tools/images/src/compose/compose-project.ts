import { join } from 'node:path';
import * as z from 'zod';
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
