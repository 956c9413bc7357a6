import {
  certificateFile,
  clientCertificateProblem,
  oneOf,
  optionalSetting,
  privateKeyFile,
  secretFile,
  setting,
  settingsGroup,
} from '@antenna/cli';
import { databaseUrl } from './database-url.ts';

/** As in libpq: `require` encrypts, `verify-ca` also checks the issuer, `verify-full` also checks the host name. */
type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** How to reach the database. */
export interface DatabaseConnection {
  /** Contains the user and, unless `password` is given, the password. */
  readonly url: string;
  /** Takes precedence over the password in the URL. */
  readonly password?: string | undefined;
  readonly sslMode?: SslMode | undefined;
  /** Certificates to trust, in PEM format; undefined for the default ones of Node. */
  readonly sslCa?: string | undefined;
  /** Client certificate in PEM format, followed by its intermediate certificates. */
  readonly sslCert?: string | undefined;
  /** Private key of the client certificate, in PEM format. */
  readonly sslKey?: string | undefined;
}

export const databaseSettings = settingsGroup({
  title: 'Database',
  fields: {
    url: setting({
      name: 'DATABASE_URL',
      description: 'the Postgres database',
      type: databaseUrl,
      default: 'postgresql://postgres:postgres@127.0.0.1:5432/postgres',
    }),
    password: optionalSetting({
      name: 'DATABASE_PASSWORD_FILE',
      description: 'file with the password; takes precedence over the one in DATABASE_URL',
      type: secretFile,
    }),
    sslMode: setting({
      name: 'DATABASE_SSL_MODE',
      description: 'whether to encrypt, and what to verify',
      type: oneOf(['disable', 'require', 'verify-ca', 'verify-full']),
      default: 'disable',
    }),
    sslCa: optionalSetting({
      name: 'DATABASE_SSL_CA_FILE',
      description: 'file with the certificates to trust, in PEM format',
      type: certificateFile,
    }),
    sslCert: optionalSetting({
      name: 'DATABASE_SSL_CERT_FILE',
      description: 'file with the certificate of this client, for a server that demands one, in PEM format',
      type: certificateFile,
    }),
    sslKey: optionalSetting({
      name: 'DATABASE_SSL_KEY_FILE',
      description: 'file with the key of that certificate, in PEM format without a passphrase',
      type: privateKeyFile,
    }),
  },
  rules: [
    {
      of: ['sslMode', 'sslCa'],
      problem: ({ sslMode, sslCa }) =>
        sslCa !== undefined && !sslMode.startsWith('verify')
          ? `DATABASE_SSL_CA_FILE: verifies nothing when DATABASE_SSL_MODE is ${sslMode}; use verify-ca or verify-full`
          : undefined,
    },
    {
      of: ['sslMode', 'sslCert', 'sslKey'],
      problem: ({ sslMode, sslCert, sslKey }) =>
        sslMode === 'disable' && (sslCert !== undefined || sslKey !== undefined)
          ? 'DATABASE_SSL_CERT_FILE, DATABASE_SSL_KEY_FILE: have no effect when DATABASE_SSL_MODE is disable'
          : clientCertificateProblem('DATABASE_SSL', sslCert, sslKey),
    },
  ],
  value: (connection): DatabaseConnection => connection,
});
