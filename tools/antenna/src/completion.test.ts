import { anyText, command, setting, settingsGroup, yesOrNo } from '@antenna/cli';
import { execa } from 'execa';
import { completionScript } from './completion.ts';

const group = settingsGroup({
  title: '',
  fields: {
    url: setting({ name: 'DATABASE_URL', description: '', type: anyText('url'), default: 'x' }),
    dry: setting({ name: 'dry', description: '', type: yesOrNo, default: 'false' }),
  },
  value: () => undefined,
});

function aCommand(name?: string) {
  const run = () => Promise.resolve();
  return command({ ...(name === undefined ? {} : { name }), description: '', settings: { group }, run });
}

const apps = [
  { name: 'speed-layer', description: '', commands: [aCommand('drain'), aCommand('dead-letters list')] },
  { name: 'provisioner', description: '', commands: [aCommand(), aCommand('wait')] },
  { name: 'antenna', description: '', commands: [aCommand('status')] },
];

/** What bash offers after these words, of which the last is not complete yet. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = completionScript(apps, "/somebody's checkout");
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
    [['nothing', ''], []],
  ])('offers after %j what the programs declare', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});
