/** Why a server was not believed: its certificate is signed by nobody we trust, or out of date, or another host's. */
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
 * What Node says of a certificate that it does not accept, by the `code` of its error (Node's documentation of TLS,
 * «X509 certificate error codes»). Another try would meet the same certificate.
 */
export function tlsFailureOf(code: unknown): TlsFailure | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'other-host';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'expired';
  return typeof code === 'string' && UNTRUSTED.has(code) ? 'untrusted' : undefined;
}
