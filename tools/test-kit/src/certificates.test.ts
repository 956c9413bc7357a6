import { X509Certificate } from 'node:crypto';
import { certificateAuthority } from './certificates.ts';

describe('an authority of a test', () => {
  it('vouches for servers by the names that they were given', () => {
    const authority = certificateAuthority();
    const own = new X509Certificate(authority.certificate);
    const server = new X509Certificate(authority.issue('localhost', '127.0.0.1').chain);
    expect(server.verify(own.publicKey)).toBe(true);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkHost('elsewhere')).toBeUndefined();
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('does not vouch for those of another', () => {
    const other = new X509Certificate(certificateAuthority().certificate);
    expect(new X509Certificate(certificateAuthority().issue('localhost').chain).verify(other.publicKey)).toBe(false);
  });
});
