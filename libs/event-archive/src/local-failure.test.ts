import { localFailure } from './local-failure.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: told by the system`), { code });

describe('a failure of the file system', () => {
  it.each(['ENOSPC', 'EDQUOT'])('%s is a full disk, which somebody may free', (code) => {
    const meaning = localFailure('store x', systemError(code));
    expect(meaning).toMatchObject({ code: 'ARCHIVE_FULL', retryable: true });
    expect(String(meaning)).toContain(`cannot store x (${code}): `);
  });

  it.each(['EIO', 'ESTALE', 'EMFILE'])('%s may pass', (code) => {
    expect(localFailure('store x', systemError(code))).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true });
  });

  it.each(['EACCES', 'EROFS', 'ENOTSUP'])('%s does not pass by itself', (code) => {
    expect(localFailure('store x', systemError(code))).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
  });

  it('is passed on as it is when it is something else', () => {
    const bug = new TypeError('x is not a function');
    expect(localFailure('store x', bug)).toBe(bug);
  });
});
