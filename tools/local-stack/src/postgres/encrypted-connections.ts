import { chmod, chown, writeFile } from 'node:fs/promises';
import type { ServerCertificate } from '../server-certificate.ts';
import type { PostgresAccount } from './postgres-account.ts';

/** Who has to encrypt: everybody but the superuser, by whom the server itself is looked after. */
const clientAuthentication = ['hostnossl all postgres all scram-sha-256', 'hostssl all all all scram-sha-256', ''].join(
  '\n',
);

/** Puts the files beside the data, readable for the server alone. */
export async function writeCertificate(
  { data, user }: PostgresAccount,
  { privateKey, chain }: ServerCertificate,
): Promise<void> {
  const contents = { [keyIn(data)]: privateKey, [chainIn(data)]: chain, [rulesIn(data)]: clientAuthentication };
  for (const [path, content] of Object.entries(contents)) {
    await writeFile(path, content);
    await chmod(path, 0o600);
    if (user !== undefined) await chown(path, user.uid, user.gid);
  }
}

export function encryptedArguments({ data }: PostgresAccount): readonly string[] {
  const settings = {
    ssl: 'on',
    ssl_key_file: keyIn(data),
    ssl_cert_file: chainIn(data),
    hba_file: rulesIn(data),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function keyIn(data: string): string {
  return `${data}.key`;
}

function chainIn(data: string): string {
  return `${data}.crt`;
}

function rulesIn(data: string): string {
  return `${data}.hba`;
}
