import { ArchiveError } from './archive-error.ts';
import { gcsFailure } from './gcs-failure.ts';

const operation = { name: 'create', url: 'gs://bucket/file' };
const meaningOf = (error: unknown) => gcsFailure(operation, error);
const errorWith = (fields: object, message = 'client message') => Object.assign(new Error(message), fields);

describe('a failure of the storage client', () => {
  it.each([
    ['a busy server', errorWith({ code: 503 })],
    ['a bare object of a busy server', { code: 500, message: 'client message' }],
    ['a status as text', errorWith({ code: '429' })],
    ['a numeric status', errorWith({ status: 408, code: 'ERR_BAD_REQUEST' })],
    ['an upload damaged in transit', errorWith({ code: 400 }, `CRC32C "x" doesn't match calculated CRC32C "y"`)],
    ['a download damaged in transit', errorWith({ code: 'CONTENT_DOWNLOAD_MISMATCH' })],
    ['a broken connection', errorWith({ code: 'ECONNRESET' })],
    ['an aborted request', errorWith({ code: undefined, cause: new DOMException('', 'AbortError') })],
    ['an answer that ended early', errorWith({ code: 'ERR_STREAM_PREMATURE_CLOSE' })],
    ['an answer that was cut off', errorWith({ code: 'HPE_INVALID_CONSTANT' })],
    ['a deadline', new DOMException('no answer within 60 s', 'TimeoutError')],
    ['a name without an answer of DNS', new TypeError('fetch failed', { cause: errorWith({ code: 'EAI_AGAIN' }) })],
  ])('passes by itself when it is %s', (_what, error) => {
    expect(meaningOf(error)).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true, cause: error });
  });

  it.each([
    ['401', errorWith({ code: 401 }), 'roles/storage.objectCreator'],
    ['403', { code: 403, message: 'client message' }, 'roles/storage.objectCreator'],
    ['revoked credentials', errorWith({ status: 400 }, 'invalid_grant'), 'the credentials were revoked'],
    [
      'a key file that is missing',
      errorWith(
        { code: 'ENOENT', syscall: 'lstat' },
        'The file at /k.json does not exist, or it is not a file. ENOENT',
      ),
      'correct GOOGLE_APPLICATION_CREDENTIALS',
    ],
    ['a request that the server does not understand', errorWith({ code: 400 }), 'client message'],
  ])('is a refusal when it is %s', (_what, error, words) => {
    const meaning = meaningOf(error);
    expect(meaning).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    expect(String(meaning)).toContain(words);
  });

  it.each([
    [400, 'Bucket is a requester pays bucket but no user project provided.', 'turn requester pays off'],
    [403, 'The billing account for the owning project is disabled in state closed', 'open the billing account'],
    [
      403,
      "Object 'b/o' is subject to bucket's retention policy or object retention and cannot be",
      'a retention policy',
    ],
    [403, "Object 'b/o' is under active Temporary hold and cannot be deleted", 'a hold keeps the object'],
    [403, 'Permission denied on Cloud KMS key. Please ensure that your', "enable the bucket's key in Cloud KMS"],
    [
      403,
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
      'a perimeter of VPC',
    ],
    [403, 'Cloud Storage JSON API has not been used in project 1 before', 'enable the Cloud Storage API'],
    [407, 'Proxy Authentication Required', 'the proxy requires a login'],
  ])('with status %s gets advice that fits its message: %s', (code, message, advice) => {
    for (const error of [errorWith({ code }, message), errorWith({ status: code }, JSON.stringify({ message }))]) {
      const meaning = meaningOf(error);
      expect(meaning).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
      expect(String(meaning)).toContain(advice);
      expect(String(meaning)).not.toContain('roles/');
    }
  });

  it('passes by itself when it is a rate limit, although its status is that of a refusal', () => {
    const limited = errorWith({ code: 403, errors: [{ reason: 'userRateLimitExceeded' }] });
    expect(meaningOf(limited)).toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true });
  });

  it('is a full disk when the local copy of a file finds no space', () => {
    const full = errorWith({ code: 'ENOSPC', syscall: 'write' });
    expect(meaningOf(full)).toMatchObject({ code: 'ARCHIVE_FULL', retryable: true });
  });

  it.each(['ENOENT', 'ENAMETOOLONG', 'EACCES'])('is final when the local disk answers %s', (code) => {
    expect(meaningOf(errorWith({ code, syscall: 'open' }))).toMatchObject({
      code: 'ARCHIVE_REFUSED',
      retryable: false,
    });
  });

  it('is final when the certificate of the server is untrusted', () => {
    const error = new TypeError('fetch failed', { cause: errorWith({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }) });
    expect(meaningOf(error)).toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
  });

  it('is a missing bucket when the status is 404', () => {
    expect(meaningOf(errorWith({ code: 404 }))).toMatchObject({ code: 'ARCHIVE_MISSING', retryable: false });
  });

  it('names the operation, the object and the reason', () => {
    expect(String(meaningOf(errorWith({ code: 503 })))).toContain('create gs://bucket/file (503, client message)');
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a bug that Node has a code for', errorWith({ code: 'ERR_INVALID_ARG_TYPE' })],
    ['an ArchiveError already', new ArchiveError('ARCHIVE_FULL', 'the disk is full')],
  ])('is passed on unchanged when it is %s', (_what, error) => {
    expect(meaningOf(error)).toBe(error);
  });
});
