import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { execa } from 'execa';
import * as z from 'zod';
import { objectsIn, sourceFiles } from './deploy-sources.ts';
import { deployFolder } from './overlays.ts';

const variable = z.object({ name: z.string(), value: z.string().optional() });
const container = z.object({
  name: z.string(),
  env: z.array(variable).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
});
const podSpec = z.object({
  containers: z.array(container).default([]),
  initContainers: z.array(container).default([]),
});
const generator = z.object({ name: z.string(), literals: z.array(z.string()).default([]) });

/** The settings that a program of ours reads from the environment, as its help lists them. */
async function settingsOf(main: string, ...command: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await execa(process.execPath, [join(checkout, main), ...command, '--help']);
  const names = stdout.replaceAll(/\s+/g, ' ').matchAll(/environment: ([A-Z_]+)/g);
  return new Set(Array.from(names, ([, name = '']) => name));
}

/** What Superset's configuration and preparation read; a name may also have _FILE appended. */
function settingsOfSuperset(): ReadonlySet<string> {
  const sources = ['superset_config.py', 'prepare.py'].map((file) =>
    readFileSync(join(deployFolder, 'superset', file), 'utf8'),
  );
  const names = Array.from(sources.join('\n').matchAll(/"(SUPERSET_[A-Z_]+)"/g), ([, name = '']) => name);
  return new Set(names.flatMap((name) => [name, `${name}_FILE`]));
}

const superset = settingsOfSuperset();
const [provisioner, wait, serve, run, compact, serving] = await Promise.all([
  settingsOf('apps/provisioner/src/main.ts'),
  settingsOf('apps/provisioner/src/main.ts', 'wait'),
  settingsOf('apps/speed-layer/src/main.ts', 'serve'),
  settingsOf('apps/batch-layer/src/main.ts', 'run'),
  settingsOf('apps/batch-layer/src/main.ts', 'compact'),
  settingsOf('tools/serving/src/main.ts', 'import'),
]);

/** Our containers, by name. Those of others (Postgres, Kafka, the proxy) have their own rules. */
const known: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['provisioner', provisioner],
  ['schema', wait],
  ['speed-layer', serve],
  ['batch-layer', new Set([...run, ...compact])],
  ['dashboards', serving],
  ['superset', superset],
  ['prepare', superset],
]);

const objects = sourceFiles().flatMap(({ documents }) => [...objectsIn(documents)]);
const containers = objects
  .filter((object) => 'containers' in object || 'initContainers' in object)
  .map((object) => podSpec.parse(object))
  .flatMap((pod) => [...pod.containers, ...pod.initContainers]);
const generators = objects
  .flatMap((object) => ('configMapGenerator' in object ? [object['configMapGenerator']] : []))
  .flatMap((list) => z.array(generator).parse(list));

describe('what the manifests set', () => {
  it('is found, and so is what the programs know', () => {
    expect(containers.length).toBeGreaterThan(10);
    expect(Array.from(known.values(), ({ size }) => size).every((size) => size > 3)).toBe(true);
  });

  it('in a container is a setting of its program', () => {
    const unknown = containers.flatMap(({ name, env }) => {
      const settings = known.get(name);
      return settings === undefined
        ? []
        : env.filter((each) => !settings.has(each.name)).map((each) => [name, each.name]);
    });
    expect(unknown).toEqual([]);
  });

  it('in a ConfigMap is a setting of a program that gets it', () => {
    const unknown = generators.flatMap(({ name: configMap, literals }) => {
      const readers = containers.filter(({ envFrom }) => envFrom.some((from) => from.configMapRef.name === configMap));
      const settings = readers.flatMap(({ name }) => [...(known.get(name) ?? [])]);
      const isOfOthers = readers.some(({ name }) => !known.has(name));
      return isOfOthers
        ? []
        : literals.map((literal) => literal.split('=')[0] ?? '').filter((name) => !settings.includes(name));
    });
    expect(unknown).toEqual([]);
  });

  it('is no secret, unless in a Secret', () => {
    const names = generators
      .flatMap(({ literals }) => literals)
      .concat(containers.flatMap(({ env }) => env.map(textOf)));
    expect(names.filter((text) => /^[A-Z_]*(PASSWORD|SECRET|KEY|TOKEN)=/.test(text))).toEqual([]);
    expect(names.filter((text) => /:\/\/[^@/]*:[^@/]*@/.test(text))).toEqual([]);
  });
});

function textOf({ name, value }: z.infer<typeof variable>): string {
  return value === undefined ? name : `${name}=${value}`;
}
