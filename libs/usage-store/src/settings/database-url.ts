import type { SettingType } from '@antenna/cli';
import * as z from 'zod';

const SCHEME = /^postgres(?:ql)?:\/\//;

/** URL parameters that duplicate a DATABASE_* setting; they are refused so that there is one place for each value. */
const HAVE_SETTINGS = /^(ssl.*|user|password|uselibpqcompat)$/i;

const PARAMETERS: readonly string[] = ['host', 'port', 'options'];

const ENCODE = 'in user, password, database and parameters @ / ? # have to be percent-encoded: %40 %2F %3F %23';

const ONE_HOST =
  'it names several hosts, or target_session_attrs: the programs connect to one address, which has to lead to the primary ' +
  '(a virtual address, the name of a service, a proxy)';

const schema = z.string().transform((given, context) => {
  const text = given.trim().replaceAll(' ', '%20');
  const problem = problemOf(text);
  if (problem === undefined) return text;
  context.addIssue(problem);
  return z.NEVER;
});

/**
 * `postgresql://user:password@host:port/database`, or libpq's form for sockets, whose host is a parameter. The password
 * is a secret. A refused URL is not shown at all, since its password may be anywhere in it.
 */
export const databaseUrl: SettingType<string> = {
  placeholder: '<url>',
  allowed:
    'postgresql://user:password@host:port/database, or postgresql://user:password@/database?host=/folder/of/socket',
  schema,
  show: () => '(not shown)',
  secretsIn: (text) => {
    const { username, password } = parsed(text) ?? { username: '', password: '' };
    // A password equal to the user name protects nothing, and hiding it would blank the name everywhere.
    if (password === '' || password === username) return [];
    return [...new Set([password, decodeURIComponent(password), passwordOf(text)])];
  },
};

/** The password as written, before the URL parser encodes it further. */
function passwordOf(text: string): string {
  const [user = ''] = text.replace(SCHEME, '').split('@', 1);
  return user.slice(user.indexOf(':') + 1);
}

function problemOf(text: string): string | undefined {
  if (!SCHEME.test(text)) return 'it does not begin with postgresql://';
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'it holds a control character';
  if (isEncodedTooLittle(text.replace(SCHEME, ''))) return ENCODE;
  const [, authority = ''] = /^[^:]+:\/\/([^/?]*)/.exec(text) ?? [];
  const hosts = authority.slice(authority.indexOf('@') + 1);
  const parameters = new URLSearchParams(text.split('?')[1] ?? '');
  const given = [hosts, parameters.get('host') ?? '', parameters.get('port') ?? ''];
  if (given.some((each) => each.includes(',')) || parameters.has('target_session_attrs')) return ONE_HOST;
  const url = parsed(text);
  return url === undefined ? 'it is no such URL' : (problemOfUrl(url) ?? problemOfParameters(parameters));
}

/** Whether a reserved character stands in the part before the host, or there are several @. */
function isEncodedTooLittle(afterScheme: string): boolean {
  const at = afterScheme.lastIndexOf('@');
  const end = afterScheme.search(/[/?#]/);
  return afterScheme.includes('#') || afterScheme.indexOf('@') !== at || (end !== -1 && end < at);
}

function problemOfUrl({ username, password, pathname }: URL): string | undefined {
  if (pathname.length < 2) return 'it names no database';
  return [username, password, pathname].every(isDecodable)
    ? undefined
    : 'a % in it is not followed by two hexadecimal digits; a % itself is written %25';
}

function problemOfParameters(parameters: URLSearchParams): string | undefined {
  const names = [...parameters.keys()];
  const withSettings = names.filter((name) => HAVE_SETTINGS.test(name));
  if (withSettings.length > 0) return `set ${withSettings.join(', ')} by the DATABASE_* settings instead`;
  const unknown = names.filter((name) => !PARAMETERS.includes(name));
  return unknown.length === 0 ? undefined : `leave out ${unknown.join(', ')}: ${PARAMETERS.join(', ')} are known`;
}

/** Adds a placeholder host where the host is a parameter: WHATWG URLs cannot have a user without a host. */
function parsed(text: string): URL | undefined {
  return URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/')) ?? undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
