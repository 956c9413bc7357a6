import { tlsFailureOf } from '@antenna/cli';

const TLS_ADVICE = {
  untrusted: 'set DATABASE_SSL_CA_FILE to the certificates of the authority that signed that of the server',
  expired: 'its certificate is not valid now: renew it, and see that the clocks are right',
  'other-host': 'name the server in DATABASE_URL as its certificate does',
} as const;

/** Advice by SQLSTATE (PostgreSQL, appendix A). */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'check DATABASE_PASSWORD_FILE, or the password of DATABASE_URL',
  '3D000': 'check the database that DATABASE_URL names',
};

const CERTIFICATE_ALERT =
  /^ERR_SSL_(TLSV1_ALERT_UNKNOWN_CA|TLSV13_ALERT_CERTIFICATE_REQUIRED|SSLV3_ALERT_.*CERTIFICATE.*)$/;

/** Advice on a refused connection: names the settings to check. */
export function connectionAdvice(cause: unknown): string {
  const general = 'check the DATABASE_* settings';
  if (!(cause instanceof Error)) return general;
  const code = 'code' in cause ? cause.code : undefined;
  const tls = tlsFailureOf(code);
  if (tls !== undefined) return TLS_ADVICE[tls];
  // The server requires a client certificate, or rejects the given one with a TLS alert (RFC 8446, 6.2).
  if (cause.message.includes('client certificate') || (typeof code === 'string' && CERTIFICATE_ALERT.test(code))) {
    return 'set DATABASE_SSL_CERT_FILE and DATABASE_SSL_KEY_FILE to a certificate and key that the server accepts';
  }
  // Both refusals have no code of their own, only a message.
  if (/no encryption|does not support SSL/.test(cause.message)) return 'check DATABASE_SSL_MODE';
  return typeof code === 'string' ? (ADVICE[code] ?? general) : general;
}
