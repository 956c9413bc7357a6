import { chmod, chown, writeFile } from 'node:fs/promises';
import type { ServerCertificate } from '../local-server.ts';
import type { PostgresAccount } from './postgres-account.ts';

/** Who has to encrypt: everybody but the superuser, by whom the server itself is looked after. */
function clientAuthentication(clientAuthority: string | undefined): string {
  const certificate = clientAuthority === undefined ? '' : ' clientcert=verify-ca';
  return `hostnossl all postgres all scram-sha-256\nhostssl all all all scram-sha-256${certificate}\n`;
}

/** Puts the files beside the data, readable for the server alone. */
export async function writeCertificate(
  { data, user }: PostgresAccount,
  { privateKey, chain }: ServerCertificate,
  clientAuthority: string | undefined,
): Promise<void> {
  const contents = {
    [keyIn(data)]: privateKey,
    [chainIn(data)]: chain,
    [rulesIn(data)]: clientAuthentication(clientAuthority),
    ...(clientAuthority === undefined ? {} : { [authorityIn(data)]: clientAuthority }),
  };
  for (const [path, content] of Object.entries(contents)) {
    await writeFile(path, content);
    await chmod(path, 0o600);
    if (user !== undefined) await chown(path, user.uid, user.gid);
  }
}

export function encryptedArguments({ data }: PostgresAccount, clientAuthority: string | undefined): readonly string[] {
  const settings = {
    ssl: 'on',
    ssl_key_file: keyIn(data),
    ssl_cert_file: chainIn(data),
    hba_file: rulesIn(data),
    ...(clientAuthority === undefined ? {} : { ssl_ca_file: authorityIn(data) }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function keyIn(data: string): string {
  return `${data}.key`;
}

function chainIn(data: string): string {
  return `${data}.crt`;
}

function authorityIn(data: string): string {
  return `${data}.clients.crt`;
}

function rulesIn(data: string): string {
  return `${data}.hba`;
}
