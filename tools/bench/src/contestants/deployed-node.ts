import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../place.ts';

type App = 'provisioner' | 'speed-layer' | 'batch-layer';

/** What Node is given in the image of an application: the flags between `node` and the program. */
export function deployedFlags(
  app: App,
  dockerfile = readFileSync(join(checkout, 'docker/Dockerfile'), 'utf8'),
): string[] {
  const stages = dockerfile.split(/^FROM /m);
  const stage = (name: string): string => stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';
  const entryPoints = [
    ...`${stage('runtime')}${stage(app)}`.matchAll(/^ENTRYPOINT \["node",(.*)"\/app\/main.js"\]$/gm),
  ];
  const flags = entryPoints.at(-1)?.[1];
  if (flags === undefined) throw new Error(`docker/Dockerfile names no entry point for ${app}`);
  return [...flags.matchAll(/"([^"]+)"/g)].flatMap(([, flag]) => flag ?? []);
}
