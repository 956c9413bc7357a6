import * as z from 'zod';
import type { SettingType } from './setting.ts';

const schemes = ['postgres:', 'postgresql:'];
/** Parameters that have a setting of their own, so that there is one place to look for them. */
const notInUrl = /^(ssl.*|user|password|uselibpqcompat)$/i;

const schema = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (url === null || !schemes.includes(url.protocol)) context.addIssue('it is no such URL');
  else if (url.pathname.length < 2) context.addIssue('it names no database');
  else if (!isDecodable(url)) context.addIssue('a % in it is not followed by two hexadecimal digits');
  else {
    const refused = [...url.searchParams.keys()].filter((name) => notInUrl.test(name));
    if (refused.length > 0) context.addIssue(`set ${refused.join(', ')} by the DATABASE_* settings instead`);
    else return url;
  }
  return z.NEVER;
});

/** `postgresql://user:password@host:port/database`. The password is a secret, and is never shown. */
export const databaseUrl: SettingType<URL> = {
  placeholder: '<url>',
  allowed: 'postgresql://user:password@host:port/database',
  schema,
  // What is no URL can have a password anywhere.
  show: (text) => {
    const url = URL.parse(text);
    return url === null || !schemes.includes(url.protocol) ? '(not shown)' : withoutSecrets(url);
  },
  secretsIn: ({ username, password }) =>
    // A password that equals the user's name is none, and hiding it would blank the name everywhere.
    password === '' || password === username ? [] : [...new Set([password, decodeURIComponent(password)])],
};

function withoutSecrets(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    return [username, password, pathname].map(decodeURIComponent).length === 3;
  } catch {
    return false;
  }
}
