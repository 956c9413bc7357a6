import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { localServer, type LocalServer } from '../local-server.ts';
import { reportToStderr } from '../report.ts';
import type { ServerOptions } from '../server-options.ts';
import { gcsProgram } from './gcs-program.ts';

export interface GcsOptions extends ServerOptions {
  readonly port: number;
}

/** A server that speaks Google Cloud Storage's protocol and keeps objects as files. Not yet started. */
export function gcsServer({ home, port, report = reportToStderr }: GcsOptions): LocalServer {
  const folder = join(home, 'gcs');
  const data = join(folder, 'data');
  const address = `http://127.0.0.1:${port}`;
  const at = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  return localServer(
    {
      service: 'gcs',
      address,
      ports: [port],
      gracefulSignal: 'SIGTERM',
      async prepare() {
        const file = await gcsProgram(report);
        await mkdir(data, { recursive: true });
        return { file, args: [...at, '-backend', 'filesystem', '-filesystem-root', data, '-log-level', 'warn'] };
      },
      probe: () => isHealthy(address),
    },
    folder,
    report,
  );
}

/** Likewise, started. */
export async function startGcs(options: GcsOptions): Promise<LocalServer> {
  const server = gcsServer(options);
  await server.start();
  return server;
}

async function isHealthy(address: string): Promise<void> {
  const { ok, status } = await fetch(`${address}/_internal/healthcheck`, { signal: AbortSignal.timeout(2_000) });
  if (!ok) throw new Error(`it answered ${status}`);
}
