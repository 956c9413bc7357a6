import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

const shape = z.object({
  /** Signs sessions and encrypts the stored database password. */
  secretKey: z.string().min(32),
  adminPassword: z.string(),
  /** Of Superset's own role in Postgres. */
  metadataPassword: z.string(),
  /** Of the login that the dashboards read with. */
  readerPassword: z.string(),
});

export type Secrets = z.infer<typeof shape>;

/** Secrets that are made once and kept in a file that only its owner can read. */
export async function keptSecrets(path: string): Promise<Secrets> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, `${JSON.stringify(freshSecrets(), undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
  return shape.parse(JSON.parse(await readFile(path, 'utf8')));
}

function freshSecrets(): Secrets {
  const secret = (): string => randomBytes(24).toString('base64url');
  return {
    secretKey: randomBytes(42).toString('base64'),
    adminPassword: secret(),
    metadataPassword: secret(),
    readerPassword: secret(),
  };
}
