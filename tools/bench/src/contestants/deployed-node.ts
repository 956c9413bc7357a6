import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../place.ts';

type App = 'provisioner' | 'speed-layer' | 'batch-layer';

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
