/**
 * System error codes of sockets (errno(3)) that pass by themselves: a server, its name or the network is unavailable
 * for now. ENOENT is one of them only for the path of a socket (below).
 */
const PASSING = new Set([
  // The server does not run, ends or restarts.
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN', 'ESHUTDOWN'],
  // The network to the server is unavailable.
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'ENONET'],
  // Name look-up: the name server does not answer, or the name is about to move to another server.
  ...['ENOTFOUND', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED'],
  // This machine has no port, file descriptor or memory left for another connection.
  ...['EADDRNOTAVAIL', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
]);

/** Prefix of the error codes of getaddrinfo(3), above all EAI_AGAIN. */
const NAME_LOOKUP = 'EAI_';

/**
 * Whether an error means that the network or the server is unavailable for now, so that the same call may succeed
 * later. File systems share some error codes with sockets: an error of a file is no network failure, except ETIMEDOUT
 * of a network file system. An error with several inner ones, as for a host with several addresses, passes if all of
 * them do.
 */
export function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isNetworkFailure);
  if (!('code' in error) || typeof error.code !== 'string') return false;
  const isMissingSocket = error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';
  return PASSING.has(error.code) || error.code.startsWith(NAME_LOOKUP) || isMissingSocket;
}

/** Why a server's certificate was rejected: signed by an unknown authority, out of date, or issued for another host. */
export type TlsFailure = 'untrusted' | 'expired' | 'other-host';

const UNTRUSTED = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Classifies a rejected server certificate by the `code` of Node's error (Node's documentation of TLS, «X509
 * certificate error codes»). Another attempt would meet the same certificate.
 */
export function tlsFailureOf(code: unknown): TlsFailure | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'other-host';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'expired';
  return typeof code === 'string' && UNTRUSTED.has(code) ? 'untrusted' : undefined;
}
