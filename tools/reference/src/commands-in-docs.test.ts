import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyText, command, setting, settingsGroup } from '@antenna/cli';
import { simulator } from '@antenna/simulator/app';
import * as z from 'zod';
import { applications, ROOT } from './applications.ts';
import { problemsInPage, unknownPrograms } from './commands-in-docs.ts';

const group = settingsGroup({
  title: '',
  fields: { topic: setting({ name: 'KAFKA_TOPIC', description: '', type: anyText('topic'), default: 'x' }) },
  value: () => undefined,
});
const run = () => Promise.resolve();
const apps = [
  {
    name: 'speed-layer',
    description: '',
    commands: [
      command({ name: 'drain', description: '', settings: { group }, run }),
      command({ name: 'dead-letters list', description: '', settings: {}, run }),
    ],
  },
];

describe('a page', () => {
  it.each([
    'npx antenna speed-layer drain --kafka-topic=a',
    'npx nx run speed-layer:drain --kafka-topic=a',
    'npx nx run speed-layer:drain -- --help',
    'npx nx run speed-layer:dead-letters -- list',
    'the group `npx nx run speed-layer:dead-letters` of commands',
    'npx nx run speed-layer:drain   # --none',
  ])('may have the command: %s', (line) => {
    expect(problemsInPage(line, apps)).toEqual([]);
  });

  it.each([
    ['npx antenna speed-layer drian', 'no such command'],
    ['npx antenna speed-layer drain --kafka-topics=a', 'no flag --kafka-topics'],
    ['npx nx run speed-layer:dead-letters -- list --kafka-topic=a', 'no flag --kafka-topic'],
    ['    node apps/speed-layer/src/main.ts drain', 'node apps'],
  ])('may not have the command: %s', (line, problem) => {
    expect(problemsInPage(line, apps)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('the pages of the documentation', () => {
  it('have only commands and flags that the programs declare, and that start on any Node', async () => {
    const known = [...applications, simulator];
    const targets = await targetsOfProjects();
    const problems = [];
    for await (const path of glob(['*.md', 'docs/**/*.md'], { cwd: ROOT })) {
      const page = await readFile(join(ROOT, path), 'utf8');
      const found = [...problemsInPage(page, known), ...unknownPrograms(page, known, targets)];
      problems.push(...found.map((problem) => `${path}: ${problem}`));
    }
    expect(problems).toEqual([]);
  });
});

const manifest = z.object({
  nx: z.object({ name: z.string(), targets: z.record(z.string(), z.unknown()).optional() }).optional(),
});

/** `project:target` of all projects. */
async function targetsOfProjects(): Promise<ReadonlySet<string>> {
  const targets = new Set<string>();
  for await (const path of glob('{apps,libs,tools}/*/package.json', { cwd: ROOT })) {
    const { nx } = manifest.parse(JSON.parse(await readFile(join(ROOT, path), 'utf8')));
    for (const target of Object.keys(nx?.targets ?? {})) targets.add(`${nx?.name ?? ''}:${target}`);
  }
  return targets;
}
