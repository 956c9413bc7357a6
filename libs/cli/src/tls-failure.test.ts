import { tlsFailureOf } from './tls-failure.ts';

describe('a certificate that the client rejects', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'other-host'],
  ])('is recognised by the error code %s', (code, failure) => {
    expect(tlsFailureOf(code)).toBe(failure);
  });

  it('is not recognised in a refused or lost connection', () => {
    expect(['ECONNREFUSED', 'ECONNRESET', undefined, 28000].map(tlsFailureOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
