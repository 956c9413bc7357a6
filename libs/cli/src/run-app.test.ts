import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { command } from './command.ts';
import { httpSettings } from './groups/http.ts';
import { ingestionSettings } from './groups/ingestion.ts';
import { ProductError } from './describe-failure.ts';
import type { ProcessContext } from './command-line.ts';
import { execute } from './run-app.ts';
import { secretFile } from './file-types.ts';
import { optionalSetting, requiredSetting, setting, type SettingType } from './setting.ts';
import { settingsGroup } from './settings-group.ts';
import { anyText, oneOf, yesOrNo } from './setting-types.ts';

class HourNotFinal extends ProductError {
  readonly code = 'HOUR_NOT_FINAL';
  override readonly exitCode = 3;
}

/** The output, exit code and seen settings of a run. */
interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  readonly seen: unknown[];
}

const hour = settingsGroup({
  title: 'Hour',
  fields: {
    date: requiredSetting({ name: 'date', description: 'the day', type: anyText('date') }),
    due: setting({ name: 'due', description: 'the previous hour', type: yesOrNo, default: 'false' }),
  },
  value: (values) => values,
});

const hostPorts: SettingType<readonly string[]> = {
  placeholder: '<list>',
  allowed: 'one or more host:port, separated by commas',
  schema: z.string().transform((text, context) => {
    const wrong = text.split(',').find((each) => !/:\d+$/.test(each));
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: `"${wrong}" is not` });
    return text.split(',');
  }),
};

const urlWithPassword: SettingType<string> = {
  placeholder: '<url>',
  allowed: 'postgresql://user:password@host/database',
  schema: z.string().startsWith('postgresql://'),
  show: () => '(not shown)',
  secretsIn: (text) => [new URL(text).password, decodeURIComponent(new URL(text).password)],
};

const databaseSettings = settingsGroup({
  title: 'Database',
  fields: {
    url: optionalSetting({ name: 'DATABASE_URL', description: 'the database', type: urlWithPassword }),
    password: optionalSetting({ name: 'DATABASE_PASSWORD_FILE', description: 'its password', type: secretFile }),
  },
  value: (values) => values,
});

const kafkaSettings = settingsGroup({
  title: 'Kafka',
  fields: {
    brokers: setting({
      name: 'KAFKA_BROKERS',
      description: 'brokers to begin with',
      type: hostPorts,
      default: '127.0.0.1:9092',
    }),
    ssl: setting({ name: 'KAFKA_SSL', description: 'whether to encrypt', type: yesOrNo, default: 'false' }),
    mechanism: optionalSetting({ name: 'KAFKA_SASL_MECHANISM', description: 'how to log in', type: oneOf(['plain']) }),
    username: optionalSetting({ name: 'KAFKA_SASL_USERNAME', description: 'the login', type: anyText('name') }),
    password: optionalSetting({ name: 'KAFKA_SASL_PASSWORD_FILE', description: 'its password', type: secretFile }),
  },
  rules: [
    {
      of: ['mechanism', 'username'],
      problem: ({ mechanism, username }) =>
        mechanism === undefined && username !== undefined
          ? 'KAFKA_SASL_MECHANISM: missing; KAFKA_SASL_USERNAME is given'
          : undefined,
    },
  ],
  value: (values) => values,
});

/** Runs an application of two commands; `seen` holds the settings that its commands got. */
async function run(line: string, env: ProcessContext['env'] = {}, fail?: Error): Promise<Outcome> {
  const outcome = { out: '', err: '', seen: [] as unknown[] };
  const settings = {
    http: httpSettings,
    database: databaseSettings,
    kafka: kafkaSettings,
    ingestion: ingestionSettings,
  };
  const see = (values: unknown) => {
    outcome.seen.push(values);
    return fail === undefined ? Promise.resolve() : Promise.reject(fail);
  };
  const app = {
    name: 'worker',
    description: 'Works.',
    commands: [
      command({ name: 'serve', description: 'Serves.', settings, run: see }),
      command({ name: 'hour', description: 'Computes an hour.', settings: { hour }, run: see }),
    ],
  };
  const exitCode = await execute(app, {
    args: line.split(' ').filter((word) => word !== ''),
    env,
    writeOut: (text) => (outcome.out += text),
    writeErr: (text) => (outcome.err += text),
  });
  return { ...outcome, exitCode };
}

function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret');
  writeFileSync(path, content);
  return path;
}

describe('a setting', () => {
  it('has its default when it is not given', async () => {
    expect((await run('serve')).seen).toMatchObject([{ http: { port: 8080 } }]);
  });

  it('is read from the environment', async () => {
    expect((await run('serve', { HTTP_PORT: '81' })).seen).toMatchObject([{ http: { port: 81 } }]);
  });

  it('is read from its flag rather than from the environment', async () => {
    expect((await run('serve --http-port=82', { HTTP_PORT: '81' })).seen).toMatchObject([{ http: { port: 82 } }]);
    expect((await run('serve --http-port 0', { HTTP_PORT: '81' })).seen).toMatchObject([{ http: { port: 0 } }]);
  });

  it('has its default when its variable is empty', async () => {
    expect((await run('serve', { HTTP_PORT: '' })).seen).toMatchObject([{ http: { port: 8080 } }]);
  });

  it('of type yes or no is true by its flag alone', async () => {
    expect((await run('hour --due --date=d')).seen).toEqual([{ hour: { date: 'd', due: true } }]);
    expect((await run('hour --due=false --date=d')).seen).toEqual([{ hour: { date: 'd', due: false } }]);
  });

  it('without a variable is not read from the environment', async () => {
    const { exitCode, err } = await run('hour', { DATE: 'd', date: 'd' });
    expect(exitCode).toBe(2);
    expect(err).toContain('--date: missing');
  });
});

describe('invalid settings', () => {
  it('are reported all at once, each with its given and its allowed value', async () => {
    const { exitCode, err, seen } = await run('serve --http-port=99999 --kafka-brokers=a:1,b', {
      FLUSH_INTERVAL_MS: '-1',
      KAFKA_SSL: 'maybe',
      KAFKA_SASL_USERNAME: 'me',
      SINKS: 'archive',
      DATABASE_PASSWORD_FILE: '/nowhere/password',
    });
    expect(exitCode).toBe(2);
    expect(seen).toEqual([]);
    expect(err.split('\n')).toEqual([
      'worker: wrong settings',
      '  HTTP_PORT: given "99999" by its flag; allowed: a whole number from 0 to 65535',
      `  DATABASE_PASSWORD_FILE: given "/nowhere/password" (ENOENT: no such file or directory, open '/nowhere/password'); allowed: the path of a file that can be read and holds the secret`,
      '  KAFKA_BROKERS: given "a:1,b" by its flag ("b" is not); allowed: one or more host:port, separated by commas',
      '  KAFKA_SSL: given "maybe"; allowed: true, false',
      '  KAFKA_SASL_MECHANISM: missing; KAFKA_SASL_USERNAME is given',
      '  FLUSH_INTERVAL_MS: given "-1"; allowed: a whole number from 1 to 3600000',
      '  SINKS: given "archive" (only the totals keep the dead letters); allowed: totals,archive or totals',
      '',
    ]);
  });

  it.each(['', 'launch', 'serve --http-prot=1', 'serve --http-port', 'serve now'])(
    '«%s» as a command line is wrong usage',
    async (line) => {
      const { exitCode, err, seen } = await run(line);
      expect(exitCode).toBe(2);
      expect(err).not.toBe('');
      expect(seen).toEqual([]);
    },
  );
});

describe('a secret', () => {
  it.each(['pass word', 'pass word\n', 'pass word\r\n', 'pass word\n\n'])(
    'is read from its file without line breaks at the end: %j',
    async (content) => {
      const { seen } = await run('serve', { DATABASE_PASSWORD_FILE: fileWith(content) });
      expect(seen).toMatchObject([{ database: { password: 'pass word' } }]);
    },
  );

  it.each([
    ['hunter2 \n', 'begins or ends with white space'],
    ['\thunter2', 'begins or ends with white space'],
    ['hunter2\nhunter3\n', 'more than one line'],
    ['\ufeffhunter2', 'byte order mark'],
    ['h\u0000u\u0000n\u0000t\u0000e\u0000r\u00002\u0000', 'not UTF-8'],
  ])('is refused without being shown when its file holds invisible characters: %j', async (content, problem) => {
    const { exitCode, err } = await run('serve', { DATABASE_PASSWORD_FILE: fileWith(content) });
    expect([exitCode, err]).toEqual([2, expect.stringContaining(problem)]);
    expect(err).not.toContain('hunter');
  });

  it('is refused when its file is empty', async () => {
    const { exitCode, err } = await run('serve', { DATABASE_PASSWORD_FILE: fileWith('\n') });
    expect(exitCode).toBe(2);
    expect(err).toContain('the file is empty');
  });

  it('is not shown when the text that may hold it is refused', async () => {
    const { exitCode, err } = await run('serve', { DATABASE_URL: 'mysql://me:hunter2@db/usage' });
    expect(exitCode).toBe(2);
    expect(err).toContain('DATABASE_URL: given "(not shown)"');
    expect(err).not.toContain('hunter2');
  });

  it('is not shown when a command fails', async () => {
    const env = { DATABASE_URL: 'postgresql://me:hunter%232@db/usage', KAFKA_SASL_PASSWORD_FILE: fileWith('xyzzy\n') };
    const kafka = { KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_MECHANISM: 'plain' };
    const { err } = await run('serve', { ...env, ...kafka }, new Error('hunter#2 and hunter%232 and xyzzy'));
    expect(err).toContain('Error: *** and *** and ***');
  });
});

describe('the exit code of a command', () => {
  it('is 0 when the command is done', async () => {
    expect(await run('serve')).toMatchObject({ exitCode: 0, out: '', err: '' });
  });

  it('is that of a known error, which is shown in one line', async () => {
    const { exitCode, err } = await run('serve', {}, new HourNotFinal('hour 13 is not final'));
    expect(exitCode).toBe(3);
    expect(err).toBe('HOUR_NOT_FINAL: hour 13 is not final\n');
  });

  it('is 1 for a bug, which is shown with its stack and cause', async () => {
    const { exitCode, err } = await run(
      'serve',
      {},
      new TypeError('x is not a function', { cause: new Error('deep') }),
    );
    expect(exitCode).toBe(1);
    expect(err).toMatch(/TypeError: x is not a function\n\s+at .*run-app\.test\.ts/);
    expect(err).toContain('deep');
  });
});

describe('an application with a default command and a named one', () => {
  const inside = (seen: string[], name?: string) =>
    command({
      ...(name === undefined ? {} : { name }),
      description: 'says what it was given',
      settings: { http: httpSettings },
      run: ({ http }) => {
        seen.push(`${name ?? 'nothing'} ${http.port}`);
        return Promise.resolve();
      },
    });

  it.each([
    ['--http-port=1', 'nothing 1'],
    ['wait --http-port=2', 'wait 2'],
  ])('gives a flag to the command that it follows: %s', async (line, expected) => {
    const seen: string[] = [];
    const app = { name: 'app', description: '', commands: [inside(seen), inside(seen, 'wait')] };
    await execute(app, { args: line.split(' '), env: {}, writeOut: () => undefined, writeErr: () => undefined });
    expect(seen).toEqual([expected]);
  });
});

describe('the version', () => {
  it.each(['--version', 'serve --version', 'hour --version'])(
    'is shown by «%s» as the version in package.json and the commit, and no setting is read',
    async (line) => {
      const { exitCode, out, err, seen } = await run(line, { HTTP_PORT: 'wrong' });
      expect({ exitCode, err, seen }).toEqual({ exitCode: 0, err: '', seen: [] });
      expect(out).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{12}(-dirty)?)?\n$/);
    },
  );
});

describe('a variable whose name is nearly that of a setting', () => {
  const env = { HTTP_PROT: 'hunter2' };

  it('causes a warning for the command that does not contain the value of the variable', async () => {
    const seen: (readonly string[])[] = [];
    const serve = command({
      description: '',
      settings: { http: httpSettings },
      run: (_settings, { warnings }) => Promise.resolve(void seen.push(warnings)),
    });
    const app = { name: 'worker', description: '', commands: [serve] };
    await execute(app, { args: [], env, writeOut: () => undefined, writeErr: () => undefined });
    expect(seen).toEqual([['the variable HTTP_PROT has no effect: no setting has this name; did you mean HTTP_PORT?']]);
  });

  it('is named among the problems when a setting is missing', async () => {
    const { exitCode, err } = await run('hour', env);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--date: missing.*\n.*HTTP_PROT has no effect.* did you mean HTTP_PORT\?\n$/);
  });
});

describe('the help', () => {
  it('lists the settings of a command with defaults and variables', async () => {
    const { exitCode, out, seen } = await run('serve --help');
    expect(exitCode).toBe(0);
    expect(seen).toEqual([]);
    expect(out).toMatch(
      /Kafka:\n +--kafka-brokers <list> .*\(default:\s+127\.0\.0\.1:9092,\s+environment:\s+KAFKA_BROKERS\)/,
    );
  });

  it('lists the commands', async () => {
    const { exitCode, out } = await run('--help');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/serve .*Serves\.\n +hour .*Computes an hour\./);
  });
});
