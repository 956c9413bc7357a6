import { execa } from 'execa';
import { NODE_OPTIONS_OF_BROKEN_VERSION } from './broken-version.ts';

/** Nothing listens at this port. */
const nowhere = 'http://127.0.0.1:1';

/** Has a process of the broken version send a request as the archive does, and returns its exit code. */
async function exitCodeAfter(url: string): Promise<number | undefined> {
  const program = `
    import { request } from 'node:http';
    request(new URL('${url}'), { method: 'POST' }).on('error', () => process.exit(3)).end();
  `;
  const env = { NODE_OPTIONS: NODE_OPTIONS_OF_BROKEN_VERSION };
  const { exitCode } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    env,
    reject: false,
  });
  return exitCode;
}

describe('the broken version of the speed layer', () => {
  it('ends at the upload of an archive file', async () => {
    expect(
      await exitCodeAfter(`${nowhere}/upload/storage/v1/b/bucket/o?uploadType=multipart&ifGenerationMatch=0`),
    ).toBe(70);
  });

  it('sends every other request, so that it starts and claims its partitions', async () => {
    expect(await exitCodeAfter(`${nowhere}/upload/storage/v1/b/bucket/o?uploadType=resumable`)).toBe(3);
  });
});
