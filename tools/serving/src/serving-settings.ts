import {
  anyText,
  optionalSetting,
  secretFile,
  setting,
  settingsGroup,
  type SettingType,
  wholeNumber,
} from '@antenna/cli';
import * as z from 'zod';
import { defaultBundleFolder } from './bundle/read-bundle.ts';
import { dashboardDatabase, dashboardDatabaseUrl } from './superset/dashboard-database.ts';

const secretText: SettingType<string> = {
  placeholder: '<text>',
  allowed: 'a secret',
  schema: z.string().min(1),
  show: () => '(not shown)',
  secretsIn: (secret) => [secret],
};

const supersetUrl: SettingType<URL> = {
  placeholder: '<url>',
  allowed: 'http://host:port or https://host',
  schema: z.string().transform((text, context) => {
    const url = URL.parse(text);
    if (url !== null && /^https?:$/.test(url.protocol)) return url;
    context.addIssue('it is no such URL');
    return z.NEVER;
  }),
};

const username = setting({
  name: 'SUPERSET_USERNAME',
  description: 'who logs in to Superset',
  type: anyText('name'),
  default: 'admin',
});
const password = optionalSetting({
  name: 'SUPERSET_PASSWORD',
  description: 'the password; better given in a file',
  type: secretText,
});
const passwordFile = optionalSetting({
  name: 'SUPERSET_PASSWORD_FILE',
  description: 'file with the password; goes before SUPERSET_PASSWORD',
  type: secretFile,
});
const timeRange = setting({
  name: 'time-range',
  description:
    'what the dashboards show at first, in the words of Superset: Current day, say; the newest data unless given',
  type: anyText('time range'),
  default: 'No filter',
});

/** Of a Superset that runs somewhere. */
export const importSettings = settingsGroup({
  title: 'Superset',
  fields: {
    url: setting({ name: 'url', description: 'where it answers', type: supersetUrl, default: 'http://127.0.0.1:8088' }),
    username,
    password,
    passwordFile,
    timeRange,
    bundle: optionalSetting({
      name: 'bundle',
      description: 'folder of the bundle, where it is not that of this checkout',
      type: anyText('path'),
    }),
  },
  rules: [
    {
      of: ['password', 'passwordFile'],
      problem: (values) =>
        values.password === undefined && values.passwordFile === undefined
          ? 'SUPERSET_PASSWORD_FILE: missing; give it, or SUPERSET_PASSWORD'
          : undefined,
    },
  ],
  value: (values) => ({
    url: values.url,
    credentials: { username: values.username, password: values.passwordFile ?? values.password ?? '' },
    timeRange: values.timeRange,
    bundleFolder: values.bundle ?? defaultBundleFolder,
  }),
});

/** What the dashboards read. */
export const dashboardDatabaseSettings = settingsGroup({
  title: 'Database of the dashboards',
  fields: {
    url: setting({
      name: 'SERVING_DATABASE_URL',
      description: 'the Postgres database as the Superset server reaches it',
      type: dashboardDatabaseUrl,
      default: 'postgresql://antenna_dashboards@127.0.0.1:5432/postgres',
    }),
    password: optionalSetting({
      name: 'SERVING_DATABASE_PASSWORD_FILE',
      description: 'file with the password; goes before the one of SERVING_DATABASE_URL',
      type: secretFile,
    }),
  },
  value: ({ url, password: secret }) => dashboardDatabase(url, secret),
});

/** Of the Superset on this machine. */
export const localSettings = settingsGroup({
  title: 'Superset',
  fields: {
    port: setting({
      name: 'SUPERSET_PORT',
      description: 'where it is to answer',
      type: wholeNumber(1, 65_535),
      default: '8088',
    }),
    username,
    password,
    passwordFile,
    secretKey: optionalSetting({
      name: 'SUPERSET_SECRET_KEY',
      description: 'what it encrypts with; made once unless given',
      type: secretText,
    }),
    timeRange,
  },
  value: ({ passwordFile: fromFile, ...values }) => ({ ...values, password: fromFile ?? values.password }),
});
