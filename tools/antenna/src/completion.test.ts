import { execa } from 'execa';
import { completionScript } from './completion.ts';
import { someApps } from './testing/some-apps.ts';

/** What bash offers after these words, of which the last is not complete yet. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = completionScript(someApps, "/somebody's checkout");
  const line = ['antenna', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _antenna; echo "\${COMPREPLY[*]}"`;
  const { stdout } = await execa('bash', ['-c', `${script}\n${ask}`]);
  return stdout.split(' ').filter((word) => word !== '');
}

describe('the completion in bash', () => {
  it.each([
    [[''], ['speed-layer', 'provisioner', 'status']],
    [['sp'], ['speed-layer']],
    [
      ['speed-layer', ''],
      ['drain', 'dead-letters'],
    ],
    [['speed-layer', 'dead-letters', ''], ['list']],
    [
      ['speed-layer', 'drain', '--d'],
      ['--database-url=', '--dry'],
    ],
    [
      ['provisioner', ''],
      ['--database-url=', '--dry', '--help', '--version', 'wait'],
    ],
    [['speed-layer', 'drain', '--dry', '--h'], ['--help']],
    [['speed-layer', 'drain', '--database-url', '=', 'y', '--h'], ['--help']],
    [['speed-layer', 'drain', '--database-url', 'y', '--h'], ['--help']],
    [['nothing', ''], []],
  ])('offers after %j what the programs declare', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});
