import { constants, generateKeyPairSync, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { ServerCertificate } from '@antenna/local-stack';
import forge from 'node-forge';

/** Vouches for servers of tests, and for clients that have to show a certificate. */
export interface CertificateAuthority {
  /** Its own certificate, PEM, for clients to trust. */
  readonly certificate: string;
  /** Fit for servers and clients. @param hosts names and addresses under which clients may reach the server. */
  issue(...hosts: readonly [string, ...string[]]): ServerCertificate;
}

const DAY_MS = 86_400_000;

/** A new authority, which a client trusts only if it is given the certificate. */
export function certificateAuthority(): CertificateAuthority {
  const keys = newKeys();
  const name = [{ name: 'commonName', value: `authority of a test ${randomBytes(4).toString('hex')}` }];
  const own = newCertificate(keys.publicKey);
  own.setSubject(name);
  own.setIssuer(name);
  own.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true },
  ]);
  own.sign(keys.privateKey, forge.md.sha256.create());
  const certificate = forge.pki.certificateToPem(own);
  return {
    certificate,
    issue(...hosts) {
      const server = newKeys();
      const leaf = newCertificate(server.publicKey);
      leaf.setSubject([{ name: 'commonName', value: 'a server of a test' }]);
      leaf.setIssuer(name);
      leaf.setExtensions([
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        { name: 'subjectAltName', altNames: hosts.map(alternativeName) },
      ]);
      leaf.sign(keys.privateKey, forge.md.sha256.create());
      return { privateKey: server.pem, chain: `${forge.pki.certificateToPem(leaf)}${certificate}` };
    },
  };
}

/** Kinds of names (RFC 5280, 4.2.1.6): 7 is an address, 2 a name of the DNS. */
function alternativeName(host: string): object {
  return isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
}

/** DER of a DigestInfo for SHA-256, up to the digest itself (RFC 8017, 9.2, note 1). */
const sha256Info = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** Keys that Node makes and signs with: the library's own arithmetic takes seconds in Jest. */
function newKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const sign = (digest: forge.md.MessageDigest): string => signature(privateKey, digest);
  return {
    pem,
    publicKey: forge.pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    privateKey: Object.assign(forge.pki.privateKeyFromPem(pem), { sign }),
  };
}

function signature(key: KeyObject, digest: forge.md.MessageDigest): string {
  const info = Buffer.concat([sha256Info, Buffer.from(digest.digest().getBytes(), 'binary')]);
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, info).toString('binary');
}

function newCertificate(publicKey: forge.pki.PublicKey): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  // A serial number is positive.
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  return certificate;
}
