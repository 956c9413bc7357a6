import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { localServer, type LocalServer, type ServerOptions } from './local-server.ts';
import { fetched, type Report, reportToStderr, requireProgram } from './process/programs.ts';
import { execa } from 'execa';

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

const version = '1.56.1';
const source = `github.com/fsouza/fake-gcs-server@v${version}`;
const purpose =
  'it builds the GCS server; or go without (--without=gcs), or use one of yours: TEST_GCS_URL for the tests';

/** The program, built by Go once per version. */
async function gcsProgram(report: Report): Promise<string> {
  const folder = await fetched(`fake-gcs-server-${version}`, async (target) => {
    // From 1.21 on, Go fetches the newer Go that a program asks for.
    const wanted = { version: /go1\.(\d+)/, series: '1.', atLeast: 21 };
    await requireProgram({ name: 'Go', file: 'go', args: ['version'], ...wanted, purpose });
    report(`gcs: building fake-gcs-server ${version} with Go (minutes the first time, once)`);
    await execa('go', ['install', source], { all: true, stdin: 'ignore', env: { GOBIN: target } });
  });
  return join(folder, 'fake-gcs-server');
}
