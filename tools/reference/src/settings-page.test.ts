import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { anyText, command, optionalSetting, requiredSetting, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { applications, SETTINGS_PAGE } from './applications.ts';
import { settingsPage } from './settings-page.ts';

const port = setting({ name: 'PORT', description: 'where it listens', type: wholeNumber(1, 9), default: '8' });
const name = optionalSetting({ name: 'NAME', description: 'who it is', type: anyText('a|b') });
const date = requiredSetting({ name: 'date', description: 'which day', type: anyText('date') });

function group(title: string, field: Parameters<typeof settingsGroup>[0]['fields'][string]) {
  return settingsGroup({ title, fields: { field }, value: () => undefined });
}

function commandOf(commandName: string, ...groups: readonly ReturnType<typeof group>[]) {
  return command({
    name: commandName,
    description: 'does something',
    settings: Object.fromEntries(groups.map((each, index) => [`group${index}`, each])),
    run: () => Promise.resolve(),
  });
}

describe('the page of settings', () => {
  it('is in docs/settings.md as it is written from the declared settings: run npx nx run reference:settings', async () => {
    expect(await readFile(SETTINGS_PAGE, 'utf8')).toBe(await settingsPage(applications));
  });

  it('names a setting once, with all commands that read it', async () => {
    const shared = group('Server', port);
    const app = { name: 'app', description: '', commands: [commandOf('one', shared), commandOf('two', shared)] };
    const page = await settingsPage([app, { ...app, name: 'other', commands: [...app.commands, commandOf('three')] }]);
    const rows = page.split('\n').filter((line) => line.includes('`PORT`'));
    expect(rows.map((row) => row.split('|').map((cell) => cell.trim()))).toEqual([
      ['', '`PORT`', '`8`', 'where it listens', 'a whole number from 1 to 9', ''],
    ]);
    expect(page).toContain('Read by app; other (`one`, `two`).');
  });

  it('lists flags that have no variable by their command', async () => {
    const app = {
      name: 'app',
      description: '',
      commands: [commandOf('one', group('Server', name), group('Day', date))],
    };
    const page = await settingsPage([app]);
    expect(page.slice(page.indexOf('## Flags'))).toMatch(/### app one[^]*`--date` *\| required *\| which day/);
    expect(page).toMatch(/`NAME` *\| unset/);
  });
});

describe('the settings of any command', () => {
  const groups = new Set(applications.flatMap(({ commands }) => commands.flatMap((each) => each.groups)));

  it('are accepted or refused for any input: reading never throws', () => {
    const variables = [...groups].flatMap(({ settings }) => settings.map(({ variable }) => variable ?? ''));
    const given = fc.dictionary(fc.constantFrom(...variables), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(given, (environment) => {
        for (const each of groups) {
          expect(() =>
            each.read(({ variable = '' }) => {
              const text = environment[variable];
              return text === undefined ? undefined : { text, by: 'environment' };
            }),
          ).not.toThrow();
        }
      }),
    );
  });
});
