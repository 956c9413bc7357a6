import { anyText, oneOf, optionalSetting, secretFile, setting, settingsGroup, type SettingType } from '@antenna/cli';
import type { SparkEndpoint } from '@antenna/spark-engine';
import * as z from 'zod';

/** The engine that computes an hour, with the endpoint of an external one. */
export type EngineChoice = { readonly kind: 'duckdb' } | { readonly kind: 'spark'; readonly endpoint: SparkEndpoint };

const DEFAULT_PORT = 10_000;

/** Host and port of a Thrift server. */
const thriftUrl: SettingType<Pick<SparkEndpoint, 'host' | 'port'>> = {
  placeholder: '<url>',
  allowed: 'thrift://host:port',
  schema: z.string().transform((text, context) => {
    const url = URL.parse(text);
    const isPlain = url?.username === '' && url.password === '' && /^\/?$/.test(url.pathname) && url.search === '';
    if (url?.protocol === 'thrift:' && url.hostname !== '' && isPlain) {
      return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? DEFAULT_PORT : Number(url.port) };
    }
    context.addIssue('it is no such URL; the login has settings of its own');
    return z.NEVER;
  }),
  // A malformed URL may have a password in any place.
  show: (text) => (text.includes('@') ? '(not shown)' : text),
};

/** The engine that computes the hours. */
export const engineSettings = settingsGroup({
  title: 'Engine',
  fields: {
    kind: setting({
      name: 'engine',
      description: 'engine that computes an hour: duckdb in this process, or spark through its SQL endpoint',
      type: oneOf(['duckdb', 'spark']),
      default: 'duckdb',
    }),
    url: setting({
      name: 'SPARK_SQL_URL',
      description: "Spark's Thrift server; its workers reach the archive under ARCHIVE_URL",
      type: thriftUrl,
      default: `thrift://127.0.0.1:${DEFAULT_PORT}`,
    }),
    username: setting({
      name: 'SPARK_SQL_USERNAME',
      description: 'login at the Thrift server',
      type: anyText('name'),
      default: 'batch-layer',
    }),
    password: optionalSetting({
      name: 'SPARK_SQL_PASSWORD_FILE',
      description: 'file with the password of that login',
      type: secretFile,
    }),
  },
  value: ({ kind, url, ...login }): EngineChoice =>
    kind === 'duckdb' ? { kind } : { kind, endpoint: { ...url, ...login } },
});
