import { anyText, oneOf, optionalSetting, secretFile, type SettingType } from '@antenna/cli';
import * as z from 'zod';

/** How a client logs in to Kafka by SASL. */
export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: 'oauthbearer';
      readonly tokens: TokenProvider;
      /** SASL extensions sent with each token (RFC 7628), which some brokers require. */
      readonly extensions: Readonly<Record<string, string>>;
    };

/** Where the tokens come from: Google's Application Default Credentials, or a token endpoint (RFC 6749, 4.4). */
export type TokenProvider = { readonly provider: 'google' } | ClientCredentials;

export interface ClientCredentials {
  readonly provider: 'client-credentials';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
}

const tokenUrl: SettingType<string> = {
  placeholder: '<url>',
  allowed: 'https://host/path (or http), without user and password',
  schema: z.string().transform((text, context) => {
    const url = URL.parse(text);
    if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
    context.addIssue('it is no such URL');
    return z.NEVER;
  }),
  show: (text) => (text.includes('@') ? '(not shown)' : text),
};

/** `auth` is reserved: it is the name of the token itself in the SASL message. */
const extension = /^(?!auth=)([A-Za-z]+)=([\x20-\x2b\x2d-\x7e]+)$/;

const extensions: SettingType<Readonly<Record<string, string>>> = {
  placeholder: '<list>',
  allowed: 'name=value, separated by commas; names are letters',
  schema: z.string().transform((text, context) => {
    const pairs = text.split(',').map((pair) => extension.exec(pair.trim()));
    const named = pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? ''] as const);
    if (named.every(([name]) => name !== '')) return Object.fromEntries(named);
    context.addIssue('it is no such list');
    return z.NEVER;
  }),
};

export const loginFields = {
  mechanism: optionalSetting({
    name: 'KAFKA_SASL_MECHANISM',
    description: 'how to log in',
    type: oneOf(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
  }),
  username: optionalSetting({
    name: 'KAFKA_SASL_USERNAME',
    description: 'user name of the login',
    type: anyText('name'),
  }),
  password: optionalSetting({
    name: 'KAFKA_SASL_PASSWORD_FILE',
    description: 'file with the password',
    type: secretFile,
  }),
  provider: optionalSetting({
    name: 'KAFKA_OAUTH_PROVIDER',
    description: "where tokens come from: a token endpoint, or Google's Application Default Credentials",
    type: oneOf(['client-credentials', 'google']),
  }),
  tokenUrl: optionalSetting({
    name: 'KAFKA_OAUTH_TOKEN_URL',
    description: 'token endpoint that gives tokens for client credentials',
    type: tokenUrl,
  }),
  clientId: optionalSetting({
    name: 'KAFKA_OAUTH_CLIENT_ID',
    description: 'client id for the token endpoint',
    type: anyText('id'),
  }),
  clientSecret: optionalSetting({
    name: 'KAFKA_OAUTH_CLIENT_SECRET_FILE',
    description: 'file with the secret of that client',
    type: secretFile,
  }),
  scope: optionalSetting({
    name: 'KAFKA_OAUTH_SCOPE',
    description: 'scopes to request, separated by spaces',
    type: anyText('scopes'),
  }),
  audience: optionalSetting({
    name: 'KAFKA_OAUTH_AUDIENCE',
    description: 'audience to request, if the token endpoint requires one',
    type: anyText('audience'),
  }),
  extensions: optionalSetting({
    name: 'KAFKA_OAUTH_EXTENSIONS',
    description: 'SASL extensions to send with each token, such as Confluent Cloud requires',
    type: extensions,
  }),
};

type Field = keyof typeof loginFields;
type Values = {
  readonly [Key in Field]: (typeof loginFields)[Key] extends { read(given: never): infer Reading }
    ? Extract<Reading, { readonly ok: true }> extends { readonly value: infer T }
      ? T
      : never
    : never;
};
type Choice = Pick<Values, 'mechanism' | 'provider'>;

interface Use {
  /** The setting that decides whether this one is needed or allowed. */
  readonly by: 'mechanism' | 'provider';
  readonly isOfUse: (choice: Choice) => boolean;
  readonly isOptional?: boolean;
}

const ofPasswords: Use = {
  by: 'mechanism',
  isOfUse: ({ mechanism }) => mechanism !== undefined && mechanism !== 'oauthbearer',
};
const ofTokens: Use = { by: 'mechanism', isOfUse: ({ mechanism }) => mechanism === 'oauthbearer' };
const ofClients: Use = {
  by: 'provider',
  isOfUse: ({ mechanism, provider }) => mechanism === 'oauthbearer' && provider === 'client-credentials',
};

const uses: Readonly<Record<Exclude<Field, 'mechanism'>, Use>> = {
  username: ofPasswords,
  password: ofPasswords,
  provider: ofTokens,
  tokenUrl: ofClients,
  clientId: ofClients,
  clientSecret: ofClients,
  scope: { ...ofClients, isOptional: true },
  audience: { ...ofClients, isOptional: true },
  extensions: { ...ofTokens, isOptional: true },
};

/** One rule for each field that depends on another setting: it is given exactly where it has an effect. */
export const loginRules = Object.entries(uses).map(([key, use]) => {
  const field = key as Exclude<Field, 'mechanism'>;
  return {
    of: ['mechanism', 'provider', field] as const,
    problem: (values: Values): string | undefined => problemOf(field, use, values),
  };
});

function problemOf(field: Exclude<Field, 'mechanism'>, use: Use, values: Values): string | undefined {
  const { name } = loginFields[field];
  const decider = loginFields[use.by].name;
  const isGiven = values[field] !== undefined;
  if (use.isOfUse(values)) {
    return isGiven || use.isOptional === true ? undefined : `${name}: missing; ${decider} needs it`;
  }
  if (!isGiven) return undefined;
  const decided = values[use.by];
  return decided === undefined
    ? `${decider}: missing; ${name} is given`
    : `${name}: of no use with ${decider}=${decided}`;
}

/** @param values that fulfil `loginRules`. */
export function loginOf(values: Values): KafkaSasl | undefined {
  const { mechanism, username, password, extensions: sent = {} } = values;
  if (mechanism === 'oauthbearer') return { mechanism, tokens: providerOf(values), extensions: sent };
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}

function providerOf({ provider, tokenUrl: url, clientId, clientSecret, scope, audience }: Values): TokenProvider {
  if (provider !== 'client-credentials') return { provider: 'google' };
  const client = { tokenUrl: url ?? '', clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  return { provider, ...client, scope, audience };
}
