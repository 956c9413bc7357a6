import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFailure } from './local-failure.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: system message`), { code, syscall: 'open' });
const meaningOf = (error: unknown) => localFailure('store x', error);

describe('a failure of the file system', () => {
  it.each(['ENOSPC', 'EDQUOT'])('%s is a full disk, which passes once space is freed', (code) => {
    const meaning = meaningOf(systemError(code));
    expect(meaning).toMatchObject({ code: 'ARCHIVE_FULL', retryable: true });
    expect(String(meaning)).toContain(`cannot store x (${code}): `);
  });

  it.each(['EIO', 'EBUSY', 'ESTALE', 'EMFILE', 'EAGAIN', 'ETIMEDOUT', 'ENOTCONN'])('%s may pass', (code) => {
    expect(meaningOf(systemError(code))).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true });
  });

  it.each(['EACCES', 'EROFS', 'ENOTSUP', 'EXDEV', 'ENAMETOOLONG', 'EINVAL', 'ENOSYS', 'EMLINK'])(
    '%s does not pass by itself',
    (code) => {
      expect(meaningOf(systemError(code))).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    },
  );

  it('is passed on unchanged when it is another error', () => {
    const bug = new TypeError('x is not a function');
    expect(meaningOf(bug)).toBe(bug);
    const ofNode = Object.assign(new TypeError('the argument must be a string'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(meaningOf(ofNode)).toBe(ofNode);
  });
});

describe('the error of a real file system', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-failure-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  const failureOf = (work: Promise<unknown>) => work.then(() => undefined, meaningOf);
  const refused = (systemCode: string) => ({
    code: 'ARCHIVE_REFUSED',
    retryable: false,
    message: expect.stringContaining(`(${systemCode})`) as string,
  });

  it('for a missing file is final', async () => {
    expect(await failureOf(readFile(join(folder, 'missing')))).toMatchObject(refused('ENOENT'));
  });

  it('for a name that is too long is final', async () => {
    expect(await failureOf(writeFile(join(folder, 'x'.repeat(300)), ''))).toMatchObject(refused('ENAMETOOLONG'));
  });

  it('for a cycle of symbolic links is final', async () => {
    await symlink(join(folder, 'b'), join(folder, 'a'));
    await symlink(join(folder, 'a'), join(folder, 'b'));
    expect(await failureOf(readFile(join(folder, 'a')))).toMatchObject(refused('ELOOP'));
  });

  it('for a file in place of a folder is final', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await failureOf(readdir(join(folder, 'file')))).toMatchObject(refused('ENOTDIR'));
  });
});
