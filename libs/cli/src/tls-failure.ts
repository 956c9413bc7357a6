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
