import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Report } from '@antenna/local-stack';
import { execa } from 'execa';
import type { Credentials } from '../superset/superset-client.ts';
import type { MetadataDatabase } from './metadata-database.ts';
import { InstallationFailedError, type PythonEnvironment } from './python-environment.ts';
import { supersetFiles } from './superset-server.ts';

interface Preparation {
  readonly python: PythonEnvironment;
  readonly environment: Readonly<Record<string, string>>;
  readonly administrator: Credentials;
}

/**
 * Brings Superset's own tables up to date, with its roles and its administrator. Does nothing when that was done for
 * these versions and this administrator.
 * @returns whether there was something to do.
 * @throws {InstallationFailedError}
 */
export async function prepareSuperset(
  metadata: MetadataDatabase,
  preparation: Preparation,
  report: Report,
): Promise<boolean> {
  const mark = await markOf(preparation);
  if (metadata.preparedFor === mark) return false;
  report('superset: making its tables, roles and administrator (a minute or two, once)');
  const { python, environment, administrator } = preparation;
  const { username, password } = administrator;
  const { all, failed } = await execa(python.python, [supersetFiles.prepare], {
    all: true,
    reject: false,
    stdin: 'ignore',
    cwd: '/',
    env: { ...environment, SUPERSET_USERNAME: username, SUPERSET_PASSWORD: password },
  });
  if (failed) throw new InstallationFailedError(`Superset was not prepared:\n${lastLines(all)}`);
  await metadata.markPrepared(mark);
  return true;
}

async function markOf({ python, administrator }: Preparation): Promise<string> {
  const hash = createHash('sha256').update(await readFile(supersetFiles.prepare));
  hash.update(`${administrator.username}\0${administrator.password}`);
  return `prepared for ${python.fingerprint}, ${hash.digest('hex').slice(0, 16)}`;
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
