import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { supersetFiles } from '../local/superset-server.ts';
import { requireSupportedVersion, supportedSeries } from './supported-version.ts';

describe('the version of a Superset', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let url: URL;
  beforeEach(async () => {
    server = createServer((request, response) => {
      response.writeHead(request.url === '/prefix/version' ? answer.status : 404).end(answer.body);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    url = new URL(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/prefix`);
  });
  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  it('is good when it is of the series', async () => {
    answer = { status: 200, body: '{"version_string":"6.1.3"}' };
    await expect(requireSupportedVersion(url)).resolves.toBeUndefined();
  });

  it.each(['6.2.0', '5.0.0', '6.10.0'])('is refused when it is %s, with what to do', async (version) => {
    answer = { status: 200, body: JSON.stringify({ version_string: version }) };
    await expect(requireSupportedVersion(url)).rejects.toThrow(
      new RegExp(`is ${version}, the dashboards are written for 6\\.1; import into a Superset 6\\.1`),
    );
  });

  it('is missed where something else answers', async () => {
    answer = { status: 200, body: '<html>' };
    await expect(requireSupportedVersion(url)).rejects.toThrow(/is no Superset 6\.1.*check --url/);
  });

  it('is missed where nothing answers', async () => {
    await expect(requireSupportedVersion(new URL('http://127.0.0.1:1'))).rejects.toThrow(
      /no Superset answers at http:\/\/127\.0\.0\.1:1.*serving:up/,
    );
  });

  it('is of the series that the requirements pin', async () => {
    expect(await readFile(supersetFiles.requirements, 'utf8')).toContain(`apache-superset==${supportedSeries}.`);
    expect(await readFile(supersetFiles.constraints, 'utf8')).toContain(`apache_superset==${supportedSeries}.`);
  });
});
