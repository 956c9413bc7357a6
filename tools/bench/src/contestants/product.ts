import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, checkout, type CommandLine, type Environment, nodeCommand, runProgram } from '@antenna/test-kit';
import { execa } from 'execa';
import { ContestantFailedError } from '../measure/run-measured.ts';
import { withDatabase } from '../stack/database.ts';
import { hourFlags, workerEnvironment } from '../stack/run-place.ts';
import { addingUsers, type Contestant, fillUsers, type StreamingContestant } from './contestant.ts';

const apps: readonly App[] = ['provisioner', 'speed-layer', 'batch-layer'];

/** Bundles the applications, as their images hold them. */
export async function buildProduct(): Promise<void> {
  for (const app of apps) await execa(process.execPath, [join(checkout, 'tools/build.mjs'), app], { cwd: checkout });
}

/** This product: bundles and flags as in its images, settings as by default. */
export const product: Contestant = {
  name: 'product',
  async prepare(at, users) {
    await runProgram(bundleCommand('provisioner', [], workerEnvironment(at)));
    await withDatabase(at.databaseUrl, (database) => fillUsers(database, users));
  },
  drain: (at, topic) => bundleCommand('speed-layer', ['drain'], workerEnvironment(at, topic)),
  drainSeconds(output) {
    const seconds = /^drained: .*; ([\d.]+) s, \d+ events\/s$/m.exec(output)?.[1];
    if (seconds === undefined)
      throw new ContestantFailedError(`the speed layer does not say how long it took: ${output}`);
    return Number(seconds);
  },
  batchHour(at, hourMs) {
    return bundleCommand('batch-layer', ['run', ...hourFlags(hourMs)], workerEnvironment(at));
  },
};

/** The speed layer as a service, for suites that send a stream. */
export const productStreaming: StreamingContestant = {
  name: product.name,
  table: 'bytes',
  shows: 'events',
  prepare: (at) => product.prepare(at, addingUsers([])),
  service: (at, topic) => bundleCommand('speed-layer', ['serve'], { ...workerEnvironment(at, topic), HTTP_PORT: '0' }),
};

/** A bundle, started as in its image. */
function bundleCommand(app: App, args: readonly string[], env: Environment): CommandLine {
  const deployed = deployment(app);
  const main = join(checkout, 'dist', 'apps', app, 'main.js');
  return nodeCommand([...deployed.flags, main, ...args], { ...deployed.env, ...env });
}

/** How an application is started in its image. */
export interface Deployment {
  /** What Node is given between `node` and the program. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Reads it from the file that the image is made by. */
export function deployment(
  app: App,
  dockerfile = readFileSync(join(checkout, 'docker/Dockerfile'), 'utf8'),
): Deployment {
  const stages = dockerfile.split(/^FROM /m);
  const stage = (name: string): string => stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
  const instructions = `${stage('runtime')}${stage(app)}`;
  const flags = [...instructions.matchAll(/^ENTRYPOINT \["node",(.*)"\/app\/main.js"\]$/gm)].at(-1)?.[1];
  if (flags === undefined) throw new Error(`docker/Dockerfile names no entry point for ${app}`);
  const variables = [...instructions.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]);
  return {
    flags: [...flags.matchAll(/"([^"]+)"/g)].flatMap(([, flag]) => flag ?? []),
    env: Object.fromEntries(variables) as Record<string, string>,
  };
}
