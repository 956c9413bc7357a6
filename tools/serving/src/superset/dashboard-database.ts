import type { SettingType } from '@antenna/cli';
import * as z from 'zod';

/** Superset's stand-in for a password in an address. */
export const passwordMask = 'XXXXXXXXXX';

/** The database that the dashboards show, as Superset reaches it. */
export interface DashboardDatabase {
  /** Without the password. */
  readonly url: URL;
  readonly password: string | undefined;
}

const form = 'postgresql://user@host:port/database, with a role that may only read';

/** May hold a password, and parameters of the driver such as `sslmode=require`. */
export const dashboardDatabaseUrl: SettingType<URL> = {
  placeholder: '<url>',
  allowed: form,
  schema: z.string().transform((text, context) => {
    const url = URL.parse(text);
    const isPostgres = url !== null && /^postgres(ql)?:$/.test(url.protocol);
    if (isPostgres && url.username !== '' && url.pathname.length > 1) return url;
    context.addIssue(isPostgres ? 'it names no user or no database' : 'it is no such URL');
    return z.NEVER;
  }),
  show: (text) => text.replace(/:[^:@/]*@/, ':***@'),
  secretsIn: ({ password }) => (password === '' ? [] : [...new Set([password, decodeURIComponent(password)])]),
};

/** @param password goes before the one in the URL. */
export function dashboardDatabase(url: URL, password: string | undefined): DashboardDatabase {
  const bare = new URL(url);
  bare.password = '';
  const inUrl = url.password === '' ? undefined : decodeURIComponent(url.password);
  return { url: bare, password: password ?? inUrl };
}
