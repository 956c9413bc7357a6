import { type App, command } from '@antenna/cli';
import { APPLICATIONS } from './applications.ts';
import { completionScript } from './completion.ts';
import { status } from './status.ts';

const completion = command({
  name: 'completion',
  description: 'prints a script for bash and zsh that completes commands and flags: source <(npx antenna completion)',
  settings: {},
  async run(_settings, { out }) {
    const apps = await Promise.all(Object.values(APPLICATIONS).map((load) => load()));
    out(completionScript([...apps, antenna], process.cwd()));
  },
});

/** The commands of `npx antenna` itself, which concern all programs. */
export const antenna: App = {
  name: 'antenna',
  description: [
    'Runs the programs of this checkout without the lines that Nx adds:',
    ...Object.keys(APPLICATIONS).map((name) => `  npx antenna ${name} … (--help lists its commands)`),
    'and over all of them:',
  ].join('\n'),
  commands: [status, completion],
};
