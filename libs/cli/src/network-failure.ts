/**
 * What passes by itself when a server, its name or the way to it is away: Node's codes of system errors (errno(3)) of
 * sockets. ENOENT of a socket's path is decided by the call, below.
 */
const PASSING = new Set([
  // The server is not there, ends or restarts.
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTCONN', 'ESHUTDOWN'],
  // Nor is the way to it.
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'ENONET'],
  // Its name: a name server that does not answer, or a name that is about to be given to another server.
  ...['ENOTFOUND', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED'],
  // This machine has no port, file descriptor or memory left for another connection.
  ...['EADDRNOTAVAIL', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'],
]);

/** Of getaddrinfo(3): EAI_AGAIN above all. */
const NAME_LOOKUP = 'EAI_';

/**
 * Whether an error says that the network, or the server at its other end, is away for now, so that the same call may go
 * well later. Errors of a file system share some codes with those of a socket: what a file says is no failure of the
 * network, unless the file is on one (ETIMEDOUT). Of an error with several inside, as Node has for a host with several
 * addresses, all have to pass.
 */
export function isNetworkFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isNetworkFailure);
  if (!('code' in error) || typeof error.code !== 'string') return false;
  const isMissingSocket = error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';
  return PASSING.has(error.code) || error.code.startsWith(NAME_LOOKUP) || isMissingSocket;
}
