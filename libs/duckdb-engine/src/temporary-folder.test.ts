import { withTemporaryFolder } from './temporary-folder.ts';

describe('a folder for temporary files', () => {
  it('that cannot be created causes an error that names TMPDIR', async () => {
    const refused = withTemporaryFolder(() => Promise.resolve(), '/proc/nope');
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', exitCode: 1 });
    await expect(refused).rejects.toThrow('set TMPDIR to a folder that is there');
  });
});
