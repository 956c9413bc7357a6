import { isNetworkFailure, tlsFailureOf } from '@antenna/cli';
import { ArchiveError, type ArchiveErrorCode, asError, codeOf, fieldOf, messageOf } from './archive-error.ts';
import { credentialProblem } from './gcs-credentials.ts';
import { refusalOf } from './gcs-refusals.ts';
import { localFailure } from './local-failure.ts';

/** The failed operation, for the message. */
export interface GcsOperation {
  /** A verb, such as `create`: the message begins with «cannot create». */
  readonly name: string;
  /** `gs://bucket` or `gs://bucket/object`. */
  readonly url: string;
  /** The roles that the service account needs; default: those of the archive. */
  readonly rights?: string;
}

const ARCHIVE_RIGHTS = 'roles/storage.objectCreator and roles/storage.objectViewer';

/**
 * Turns a failure of the storage client into an ArchiveError. The client throws its own errors, those of its HTTP
 * libraries and of the local disk, and bare objects. Anything else is a bug and returned unchanged.
 */
export function gcsFailure({ name, url, rights = ARCHIVE_RIGHTS }: GcsOperation, error: unknown): unknown {
  if (error instanceof ArchiveError) return error;
  const status = httpStatusOf(error);
  // The parser quotes the credentials file in its message, so neither message nor cause may be shown.
  const isQuoted = isAboutCredentialFile(error);
  const reason = isQuoted
    ? 'the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read as JSON'
    : messageOf(error);
  const fact = `cannot ${name} ${url} (${status === undefined ? '' : `${status}, `}${reason})`;
  const of = (code: ArchiveErrorCode, advice: string) =>
    new ArchiveError(code, `${fact}: ${advice}`, isQuoted ? {} : { cause: error });
  if (isQuoted) return of('ARCHIVE_REFUSED', 'correct it');
  const credentials = credentialProblem(error);
  if (credentials !== undefined) {
    return of(credentials.mayPass ? 'ARCHIVE_UNAVAILABLE' : 'ARCHIVE_REFUSED', credentials.advice);
  }
  const refusal = refusalOf(error);
  if (refusal !== undefined) return of(...refusal);
  if (status === 401 || status === 403) {
    return of('ARCHIVE_REFUSED', `give this service account ${rights} on the bucket`);
  }
  if (status === 404) return of('ARCHIVE_MISSING', 'create the bucket, or correct ARCHIVE_URL');
  if (status !== undefined ? isPassingStatus(status) || isDamagedInTransit(error) : isAboutTheNetwork(error)) {
    return of('ARCHIVE_UNAVAILABLE', 'another attempt may succeed');
  }
  if (status !== undefined) return of('ARCHIVE_REFUSED', 'see what the server says');
  if (isAboutCertificates(error)) return of('ARCHIVE_REFUSED', 'see the certificates of this machine');
  return localFailure(`${name} ${url} by way of the local disk`, error);
}

/** The status of the HTTP response in an error of the client. */
export function httpStatusOf(error: unknown): number | undefined {
  for (const status of [fieldOf(error, 'status'), fieldOf(error, 'code')]) {
    const number = Number(status);
    if (Number.isInteger(number) && number >= 100 && number < 600) return number;
  }
  return undefined;
}

function isPassingStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** The server compares the CRC32C of the received bytes with the announced one. */
function isDamagedInTransit(error: unknown): boolean {
  return /crc32c/i.test(messageOf(error));
}

/**
 * Error codes of a connection that broke in the middle: a stream that ended early or was destroyed (Node), an answer
 * that cannot be parsed (Node's HTTP parser), any error of undici, and the client's error for a download with a wrong
 * checksum.
 */
const BROKEN =
  /^(ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED|ERR_SOCKET_.*|HPE_.*|UND_ERR_.*|ABORT_ERR|CONTENT_DOWNLOAD_MISMATCH)$/;

function isAboutTheNetwork(error: unknown): boolean {
  if (isNetworkFailure(asError(error)) || BROKEN.test(codeOf(error) ?? '')) return true;
  if (['AbortError', 'TimeoutError'].includes(String(fieldOf(error, 'name')))) return true;
  const cause = fieldOf(error, 'cause');
  return cause !== undefined && isAboutTheNetwork(cause);
}

function isAboutCertificates(error: unknown): boolean {
  const cause = fieldOf(error, 'cause');
  return tlsFailureOf(codeOf(error)) !== undefined || (cause !== undefined && isAboutCertificates(cause));
}

function isAboutCredentialFile(error: unknown): boolean {
  return /credential file .*JSON/is.test(messageOf(error));
}
