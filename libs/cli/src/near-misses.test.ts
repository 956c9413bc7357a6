import { command } from './command.ts';
import { archiveSettings } from './groups/archive.ts';
import { databaseSettings } from './groups/database.ts';
import { httpSettings } from './groups/http.ts';
import { ingestionSettings } from './groups/ingestion.ts';
import { nearMisses } from './near-misses.ts';

const run = () => Promise.resolve();
const commands = [
  command({ description: '', settings: { database: databaseSettings, http: httpSettings }, run }),
  command({ description: '', settings: { archive: archiveSettings, ingestion: ingestionSettings }, run }),
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
