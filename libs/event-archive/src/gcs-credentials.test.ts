import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { credentialProblem } from './gcs-credentials.ts';
import { gcsBucket } from './gcs-bucket.ts';
import { GcsStore } from './gcs-store.ts';

const none = new Error(
  'Could not load the default credentials. Browse to https://cloud.google.com/docs/authentication',
);

describe('a process without credentials', () => {
  it('fails at once with an error that lists the ways to provide them', () => {
    expect(credentialProblem(none, {}, 1)).toMatchObject({ mayPass: false });
    expect(credentialProblem(none, {}, 1)?.advice).toContain(
      'set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run',
    );
  });

  it.each(['KUBERNETES_SERVICE_HOST', 'GCE_METADATA_HOST'])('waits a minute where %s is set', (name) => {
    expect(credentialProblem(none, { [name]: '10.0.0.1' }, 59)).toMatchObject({ mayPass: true });
    expect(credentialProblem(none, { [name]: '10.0.0.1' }, 60)).toMatchObject({ mayPass: false });
  });

  it('waits in the same way for a metadata server that has no token yet', () => {
    const error = new Error(
      'A Not Found error was returned while attempting to retrieve an access token for the Compute Engine built-in service account.',
    );
    expect(credentialProblem(error, {}, 1)).toMatchObject({ mayPass: true });
    expect(credentialProblem(error, {}, 61)?.advice).toContain('attach a service account');
  });
});

describe('a metadata server that begins to answer after the first request', () => {
  let server: Server;
  let isUp = false;
  const authorizations: (string | undefined)[] = [];

  const uptime = process.uptime.bind(process);

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? '';
      const isMetadata = path.startsWith('/computeMetadata');
      if (isMetadata && !isUp) {
        isUp = true;
        response.writeHead(404).end();
        return;
      }
      if (!isMetadata) authorizations.push(request.headers.authorization);
      const isAllowed = isMetadata || request.headers.authorization === 'Bearer a-token';
      const body = path.includes('/token') ? { access_token: 'a-token', expires_in: 3600, token_type: 'Bearer' } : {};
      const headers = { 'content-type': 'application/json', 'metadata-flavor': 'Google' };
      response.writeHead(isAllowed ? 200 : 401, headers).end(JSON.stringify(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(() => {
    process.uptime = uptime;
    server.closeAllConnections();
    server.close();
  });

  it('is asked again, and its token is used', async () => {
    const { port } = server.address() as { port: number };
    process.env['GCE_METADATA_HOST'] = `127.0.0.1:${port}`;
    process.env['METADATA_SERVER_DETECTION'] = 'ping-only';
    process.env['HOME'] = '/nowhere';
    // Jest's process may be older than a worker that still waits for the metadata server.
    process.uptime = () => 1;
    const bucket = gcsBucket('bucket', `http://127.0.0.1:${port}`, true);
    const store = new GcsStore(bucket, { prefix: '', timeoutMs: 10_000, isAuthorized: true });
    expect(await store.list('hour')).toEqual({ files: [], folders: [] });
    expect(isUp).toBe(true);
    expect(authorizations.at(-1)).toBe('Bearer a-token');
  });
});
