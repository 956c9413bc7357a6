import { ArchiveError } from './archive-error.ts';
import { gcsFailure } from './gcs-failure.ts';

const operation = { name: 'create', url: 'gs://bucket/file' };
const meaningOf = (error: unknown) => gcsFailure(operation, error);
const errorWith = (fields: object, message = 'told by the client') => Object.assign(new Error(message), fields);

describe('a failure of the storage client', () => {
  it.each([
    ['a busy server', errorWith({ code: 503 })],
    ['a bare object of a busy server', { code: 500, message: 'told by the client' }],
    ['a status as text', errorWith({ code: '429' })],
    ['a status as such', errorWith({ status: 408, code: 'ERR_BAD_REQUEST' })],
    ['bytes damaged on the way up', errorWith({ code: 400 }, `CRC32C "x" doesn't match calculated CRC32C "y"`)],
    ['bytes damaged on the way down', errorWith({ code: 'CONTENT_DOWNLOAD_MISMATCH' })],
    ['a broken connection', errorWith({ code: 'ECONNRESET' })],
    ['a request that was given up', errorWith({ code: undefined, cause: new DOMException('', 'AbortError') })],
    ['an answer that ended early', errorWith({ code: 'ERR_STREAM_PREMATURE_CLOSE' })],
    ['an answer that was cut off', errorWith({ code: 'HPE_INVALID_CONSTANT' })],
    ['a deadline', new DOMException('no answer within 60 s', 'TimeoutError')],
    ['a name that cannot be resolved', new TypeError('fetch failed', { cause: errorWith({ code: 'EAI_AGAIN' }) })],
  ])('passes when it comes of %s', (_what, error) => {
    expect(meaningOf(error)).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true, cause: error });
  });

  it.each([
    ['401', errorWith({ code: 401 }), 'roles/storage.objectCreator'],
    ['403', { code: 403, message: 'told by the client' }, 'roles/storage.objectCreator'],
    ['missing credentials', new Error('Could not load the default credentials.'), 'roles/storage.objectCreator'],
    ['revoked credentials', errorWith({ status: 400 }, 'invalid_grant'), 'roles/storage.objectCreator'],
    ['a request that the server does not understand', errorWith({ code: 400 }), 'told by the client'],
  ])('is a refusal when it comes of %s', (_what, error, words) => {
    const meaning = meaningOf(error);
    expect(meaning).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    expect(String(meaning)).toContain(words);
  });

  it('is a full disk when the copy of a file finds no space', () => {
    const full = errorWith({ code: 'ENOSPC', syscall: 'write' });
    expect(meaningOf(full)).toMatchObject({ code: 'ARCHIVE_FULL', retryable: true });
  });

  it.each(['ENOENT', 'ENAMETOOLONG', 'EACCES'])('is final when the local disk says %s', (code) => {
    expect(meaningOf(errorWith({ code, syscall: 'open' }))).toMatchObject({
      code: 'ARCHIVE_REFUSED',
      retryable: false,
    });
  });

  it('is final when the certificate of the server is not believed', () => {
    const error = new TypeError('fetch failed', { cause: errorWith({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }) });
    expect(meaningOf(error)).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
  });

  it('is a missing bucket when nothing is found', () => {
    expect(meaningOf(errorWith({ code: 404 }))).toMatchObject({ code: 'ARCHIVE_MISSING', retryable: false });
  });

  it('names the operation, the object and the reason', () => {
    expect(String(meaningOf(errorWith({ code: 503 })))).toContain('create gs://bucket/file (503, told by the client)');
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a bug that Node has a code for', errorWith({ code: 'ERR_INVALID_ARG_TYPE' })],
    ['what is explained already', new ArchiveError('ARCHIVE_FULL', 'the disk is full')],
  ])('is passed on as it is when it is %s', (_what, error) => {
    expect(meaningOf(error)).toBe(error);
  });
});
