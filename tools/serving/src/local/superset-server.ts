import { join, resolve } from 'node:path';
import { localServer, type LocalServer, type Report } from '@antenna/local-stack';
import { fetchOnce } from '../superset/fetch-once.ts';

const checkout = resolve(import.meta.dirname, '../../../..');
const deployed = resolve(checkout, 'deploy/superset');

/** Where Superset lives on this machine: installation, secrets, log. */
export const defaultHome = resolve(checkout, '.local/superset');

/** What is deployed everywhere, and installed here. */
export const supersetFiles = {
  requirements: resolve(deployed, 'requirements.txt'),
  constraints: resolve(deployed, 'constraints.txt'),
  config: resolve(deployed, 'superset_config.py'),
  prepare: resolve(deployed, 'prepare.py'),
} as const;

export interface ServerRequest {
  readonly home: string;
  readonly python: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Time that a server gets on a machine that does other things too. */
const startDeadlineMs = 300_000;

/** Superset behind gunicorn. Not yet started. */
export function supersetServer({ home, python, port, environment }: ServerRequest, report: Report): LocalServer {
  const address = `http://127.0.0.1:${port}`;
  return localServer(
    {
      service: 'superset',
      address,
      ports: [port],
      gracefulSignal: 'SIGTERM',
      startDeadlineMs,
      prepare: () => Promise.resolve({ file: python, args: gunicorn(port), env: environment }),
      probe: () => answersLogins(address),
    },
    join(home, 'server'),
    report,
  );
}

/** The variables that Superset is configured by. */
export function supersetEnvironment(home: string, metadataUri: string, secretKey: string): Record<string, string> {
  return {
    SUPERSET_CONFIG_PATH: supersetFiles.config,
    SUPERSET_HOME: join(home, 'data'),
    SUPERSET_METADATA_URI: metadataUri,
    SUPERSET_SECRET_KEY: secretKey,
    FLASK_APP: application,
    // The configuration lies in the checkout, which stays as it is.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

const application = 'superset.app:create_app()';

function gunicorn(port: number): string[] {
  // Dashboards ask for all their charts at once, by addresses that may be long.
  const workers = ['--workers', '1', '--worker-class', 'gthread', '--threads', '8', '--timeout', '120'];
  const limits = ['--limit-request-line', '0', '--limit-request-field_size', '0'];
  return ['-m', 'gunicorn', '--bind', `127.0.0.1:${port}`, ...workers, ...limits, application];
}

/** Its health page is well before its pages are. */
async function answersLogins(address: string): Promise<void> {
  const { ok, status } = await fetchOnce(`${address}/login/`, { signal: AbortSignal.timeout(60_000) });
  if (!ok) throw new Error(`it answered ${status}`);
}
