import { writeFile } from 'node:fs/promises';
import type { ServerCertificate } from '../server-certificate.ts';

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
  properties: Readonly<Record<string, string | number>>,
  { host, port }: SecureListener,
  keystore: string,
): Readonly<Record<string, string | number>> {
  const module = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const perMechanism = mechanisms.map(
    (mechanism) => [`listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`, module] as const,
  );
  return {
    ...properties,
    listeners: `${String(properties['listeners'])},SASL_SSL://127.0.0.1:${port}`,
    'advertised.listeners': `${String(properties['advertised.listeners'])},SASL_SSL://${host}:${port}`,
    'listener.security.protocol.map': `${String(properties['listener.security.protocol.map'])},SASL_SSL:SASL_SSL`,
    'sasl.enabled.mechanisms': mechanisms.join(','),
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    ...Object.fromEntries(perMechanism),
  };
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
