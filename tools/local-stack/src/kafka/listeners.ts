import { writeFile } from 'node:fs/promises';
import type { ServerCertificate } from '../local-server.ts';

/** A listener beside the plain one. */
export interface FurtherListener {
  /** In capitals: `TOKENS`. Its settings begin with `listener.name.tokens.`. */
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Where it listens: `host:port`, an IPv6 address in brackets. */
  readonly address: string;
  /** The advertised address; by default the address at which it listens. */
  readonly advertised?: string;
}

/** What a broker of a test has beside the usual. */
export interface FurtherSettings {
  readonly listeners: readonly FurtherListener[];
  /** As `server.properties` has them. */
  readonly properties: Readonly<Record<string, string | number>>;
  /** Of its Java virtual machine. */
  readonly jvmArguments?: readonly string[];
}

type Properties = Readonly<Record<string, string | number>>;

/** Adds listeners and settings to a broker's properties. */
export function withFurtherSettings(
  properties: Properties,
  { listeners, properties: own }: FurtherSettings,
): Properties {
  const added = (name: string, texts: readonly string[]) => ({
    [name]: [String(properties[name]), ...texts].join(','),
  });
  return {
    ...properties,
    ...added(
      'listeners',
      listeners.map(({ name, address }) => `${name}://${address}`),
    ),
    ...added(
      'advertised.listeners',
      listeners.map(({ name, address, advertised = address }) => `${name}://${advertised}`),
    ),
    ...added(
      'listener.security.protocol.map',
      listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ),
    'inter.broker.listener.name': 'PLAINTEXT',
    ...own,
  };
}

/** The port of `host:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** A further listener (`PROXIED`) for clients that reach the broker through a proxy: it advertises the proxy's port. */
export interface ProxiedListener {
  /** Where the broker listens for the proxy. */
  readonly port: number;
  /** Where clients find the proxy, on this machine. */
  readonly advertisedPort: number;
}

/** Adds the listener to a broker's properties. */
export function withProxiedListener(properties: Properties, { port, advertisedPort }: ProxiedListener): Properties {
  const at = (each: number): string => `127.0.0.1:${each}`;
  const listener = {
    name: 'PROXIED',
    protocol: 'PLAINTEXT',
    address: at(port),
    advertised: at(advertisedPort),
  } as const;
  return withFurtherSettings(properties, { listeners: [listener], properties: {} });
}

/** A further listener (`SASL_SSL`) for clients that encrypt and log in by SCRAM. */
export interface SecureListener {
  /** What clients connect to, and check against the certificate. */
  readonly host: string;
  readonly port: number;
  readonly certificate: ServerCertificate;
  /** Known from the first start on, by SCRAM-SHA-256 and SCRAM-SHA-512. Neither text holds a comma or a bracket. */
  readonly logins: readonly { readonly name: string; readonly password: string }[];
}

const mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

/** Adds the listener to a broker's properties. */
export function withSecureListener(
  properties: Properties,
  { host, port }: SecureListener,
  keystore: string,
): Properties {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const perMechanism = mechanisms.map(
    (mechanism) => [`listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`, module] as const,
  );
  return withFurtherSettings(properties, {
    listeners: [
      { name: 'SASL_SSL', protocol: 'SASL_SSL', address: `127.0.0.1:${port}`, advertised: `${host}:${port}` },
    ],
    properties: {
      'sasl.enabled.mechanisms': mechanisms.join(','),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keystore,
      ...Object.fromEntries(perMechanism),
    },
  });
}

/** A file of key and certificates, as Kafka wants it. */
export async function writeKeystore(path: string, { privateKey, chain }: ServerCertificate): Promise<void> {
  await writeFile(path, `${privateKey}\n${chain}\n`, { mode: 0o600 });
}

/** Options of the storage format that create the first login: no later client could log in to add it. */
export function loginArguments({ logins }: SecureListener): readonly string[] {
  return logins.flatMap(({ name, password }) =>
    mechanisms.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`]),
  );
}
