import { withTemporaryFolder } from './temporary-folder.ts';

describe('a folder for temporary files', () => {
  it('that cannot be made is a matter of TMPDIR, and the message says so', async () => {
    const refused = withTemporaryFolder(() => Promise.resolve(), '/proc/nope');
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', exitCode: 1 });
    await expect(refused).rejects.toThrow('set TMPDIR to a folder that is there');
  });
});
