import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { SettingType } from './setting.ts';

const fileContent = z.string().transform((path, context) => {
  try {
    const content = readFileSync(path, 'utf8');
    if (content.trim() !== '') return content;
    context.addIssue('the file is empty');
  } catch (error) {
    context.addIssue(String(error).replace(/^Error: /, ''));
  }
  return z.NEVER;
});

/** A file that holds only a secret. Line breaks at its end are not part of the secret. */
export const secretFile: SettingType<string> = {
  placeholder: '<path>',
  allowed: 'the path of a file that can be read and holds the secret',
  schema: fileContent.transform((content, context) => {
    const secret = content.replace(/[\r\n]+$/, '');
    const problem = problemOfSecret(secret);
    if (problem === undefined) return secret;
    context.addIssue(problem);
    return z.NEVER;
  }),
  secretsIn: (secret) => [secret],
};

/** Invisible characters that a program or an editor adds, which would make the login fail for no visible reason. */
function problemOfSecret(secret: string): string | undefined {
  if (/[\u0000\ufeff\ufffd]/.test(secret)) return 'the file is not UTF-8 text without a byte order mark';
  if (/[\r\n]/.test(secret)) return 'the file has more than one line';
  return secret.trim() === secret ? undefined : 'the secret begins or ends with white space: remove it';
}

/** A file of certificates in PEM format. */
export const certificateFile: SettingType<string> = {
  placeholder: '<path>',
  allowed: 'the path of a file that can be read and holds certificates in PEM format',
  schema: fileContent.refine((content) => content.includes('-----BEGIN CERTIFICATE-----'), {
    error: 'the file holds no certificate',
  }),
};

/** A file with a private key in PEM format that needs no passphrase. */
export const privateKeyFile: SettingType<string> = {
  placeholder: '<path>',
  allowed: 'the path of a file that can be read and holds a private key in PEM format without a passphrase',
  schema: fileContent.refine(isPrivateKey, { error: 'the file holds no such key' }),
  secretsIn: (key) => [key],
};

function isPrivateKey(content: string): boolean {
  try {
    return createPrivateKey(content).type === 'private';
  } catch {
    return false;
  }
}

/**
 * Checks a client certificate and its private key together.
 * @param prefix of the two settings: `KAFKA_SSL` for `KAFKA_SSL_CERT_FILE` and `KAFKA_SSL_KEY_FILE`.
 */
export function clientCertificateProblem(
  prefix: string,
  certificate: string | undefined,
  key: string | undefined,
): string | undefined {
  const [certName, keyName] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`];
  if (certificate === undefined || key === undefined) {
    if (certificate === key) return undefined;
    return certificate === undefined
      ? `${certName}: missing; ${keyName} is given`
      : `${keyName}: missing; ${certName} is given`;
  }
  return isKeyOf(certificate, key) ? undefined : `${keyName}: is not the key of the certificate in ${certName}`;
}

function isKeyOf(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
