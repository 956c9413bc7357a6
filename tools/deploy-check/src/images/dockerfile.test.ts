import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { imageNames, recipeOf } from './image.ts';

const dockerfiles = Array.from(new Set(imageNames.map((name) => recipeOf(name).dockerfile)));

/** The instructions, each on a line of its own, without comments. */
function instructionsOf(dockerfile: string): string[] {
  const text = readFileSync(join(checkout, dockerfile), 'utf8');
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '');
}

describe.each(dockerfiles)('%s', (dockerfile) => {
  const instructions = instructionsOf(dockerfile);
  const only = (name: string): string[] => instructions.filter((line) => line.startsWith(`${name} `));

  it('begins with one base image of an exact version and its digest, which a build can replace', () => {
    const [base, ...others] = instructions.filter((line) => /^ARG [A-Z]+_IMAGE=/.test(line));
    expect(others).toEqual([]);
    expect(base).toMatch(/^ARG [A-Z]+_IMAGE=[a-z]+:\d+\.\d+\.\d+-[a-z-]+@sha256:[0-9a-f]{64}$/);
    const stages = only('FROM').map((line) => /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? []);
    const known = ['${NODE_IMAGE}', '${PYTHON_IMAGE}', ...stages.map(([, , name]) => name)];
    expect(stages.filter(([, from]) => !known.includes(from))).toEqual([]);
  });

  it('runs nothing as root, and nothing in a shell', () => {
    expect(only('USER').every((line) => /^USER [1-9]\d*:[1-9]\d*$/.test(line))).toBe(true);
    const started = instructions.flatMap(
      (line) => /^(?: {2,})?(?:ENTRYPOINT|CMD|HEALTHCHECK.*CMD) (.*)$/.exec(line)?.[1] ?? [],
    );
    expect(started).not.toEqual([]);
    expect(started.filter((command) => !Array.isArray(JSON.parse(command)))).toEqual([]);
  });

  it('is understood by the older of the builders', () => {
    const text = instructions.join('\n');
    expect(text).not.toMatch(/--mount|--link|<<[A-Z]|^# *syntax/m);
  });

  it('brings nothing in from the network but by package managers with a lock', () => {
    expect(only('ADD')).toEqual([]);
    expect(only('RUN').filter((line) => /curl|wget|npm install|apt-get/.test(line))).toEqual([]);
  });
});

describe('docker/Dockerfile', () => {
  it.each(imageNames.filter((name) => name !== 'superset'))('has a target %s that tells of its health', (name) => {
    const instructions = instructionsOf(recipeOf(name).dockerfile);
    const start = instructions.indexOf(`FROM runtime AS ${name}`);
    const end = instructions.findIndex((line, index) => index > start && line.startsWith('FROM '));
    const stage = instructions.slice(start, end === -1 ? undefined : end);
    expect(start).toBeGreaterThan(0);
    expect(stage.filter((line) => line.startsWith('HEALTHCHECK '))).toHaveLength(1);
  });
});
