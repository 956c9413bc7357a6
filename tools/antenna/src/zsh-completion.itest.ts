import { debianProgram, reportToStderr } from '@antenna/local-stack';
import { execa } from 'execa';
import { completionScript } from './completion.ts';
import { someApps } from './testing/some-apps.ts';

let zsh: string;

beforeAll(async () => {
  const advice = 'install zsh: the test of its completion needs it';
  zsh = await debianProgram({ name: 'zsh', file: '/usr/bin/zsh', packages: ['zsh'], advice }, reportToStderr);
}, 300_000);

/** What zsh is offered after these words, of which the last is not complete yet: the arguments of its `compadd`. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const line = ['antenna', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `compadd() { print -r -- "$*" }; words=(${line}); CURRENT=${words.length + 1}; _antenna`;
  const { stdout } = await execa(zsh, ['-f', '-c', `${completionScript(someApps, '/checkout')}\n${ask}`]);
  return stdout.split('\n');
}

describe('the completion in zsh', () => {
  it('offers what the programs declare, and leaves zsh to choose by what is typed', async () => {
    expect(await offered('sp')).toEqual(['-- speed-layer', '-- provisioner', '-- status']);
    expect(await offered('speed-layer', 'dead-letters', '')).toEqual(expect.arrayContaining(['-- list']));
  });

  it('puts no space after a flag that takes a value, and takes no value for a command', async () => {
    const flags = ['-S  -- --database-url=', '-- --dry', '-- --help', '-- --version'];
    expect(await offered('speed-layer', 'drain', '--')).toEqual(flags);
    expect(await offered('speed-layer', 'drain', '--database-url=y', '--')).toEqual(flags);
    expect(await offered('speed-layer', 'drain', '--database-url', 'y', '--')).toEqual(flags);
  });

  it('is that of the function antenna', async () => {
    const script = `${completionScript(someApps, '/checkout')}\nprint -r -- "\${_comps[antenna]}"`;
    const { stdout } = await execa(zsh, ['-f', '-c', script]);
    expect(stdout).toBe('_antenna');
  });
});
