import { command } from './command.ts';
import { httpSettings } from './groups/http.ts';
import { ingestionSettings } from './groups/ingestion.ts';
import { nearMisses } from './near-misses.ts';
import { optionalSetting } from './setting.ts';
import { settingsGroup } from './settings-group.ts';
import { anyText } from './setting-types.ts';

function groupOf(...names: readonly string[]) {
  const fields = names.map(
    (name) => [name, optionalSetting({ name, description: '', type: anyText('text') })] as const,
  );
  return settingsGroup({ title: '', fields: Object.fromEntries(fields), value: () => undefined });
}

const run = () => Promise.resolve();
const commands = [
  command({
    description: '',
    settings: { database: groupOf('DATABASE_URL', 'DATABASE_PASSWORD_FILE'), http: httpSettings },
    run,
  }),
  command({
    description: '',
    settings: { archive: groupOf('ARCHIVE_URL', 'STORAGE_EMULATOR_HOST'), ingestion: ingestionSettings },
    run,
  }),
];

function missesOf(...names: readonly string[]): readonly string[] {
  const env = Object.fromEntries(names.map((name) => [name, 'some secret']));
  return nearMisses(commands, env).map(({ given, meant }) => `${given} for ${meant}`);
}

describe('a variable of the environment', () => {
  it.each([
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASE_PASSWORD', 'DATABASE_PASSWORD_FILE'],
    ['SINK', 'SINKS'],
    ['ARCHIVE_ROLL_ROW', 'ARCHIVE_ROLL_ROWS'],
  ])('named %s is a near miss of %s', (given, meant) => {
    expect(missesOf(given)).toEqual([`${given} for ${meant}`]);
  });

  it.each(['DATABASE_URL', 'ARCHIVE_URL', 'HTTP_PORT'])('named %s is a setting, of whichever command', (given) => {
    expect(missesOf(given)).toEqual([]);
  });

  it.each(['HTTP_PROXY', 'PATH', 'HOME', 'LANG', 'PWD', 'KAFKA_PORT', 'KAFKA_SERVICE_HOST', 'POSTGRES_PORT', 'SHELL'])(
    'named %s is no near miss',
    (given) => {
      expect(missesOf(given)).toEqual([]);
    },
  );
});
