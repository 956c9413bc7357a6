import { databaseUrl } from '../database-url.ts';
import { certificateFile, clientCertificateProblem, privateKeyFile, secretFile } from '../file-types.ts';
import { optionalSetting, setting } from '../setting.ts';
import { settingsGroup } from '../settings-group.ts';
import { oneOf } from '../setting-types.ts';

/** As in libpq: `require` encrypts, `verify-ca` also checks who signed, `verify-full` also the host's name. */
export type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** How to reach the database. */
export interface DatabaseConnection {
  /** With user and, unless `password` is given, password. */
  readonly url: string;
  /** Goes before the URL's. */
  readonly password?: string | undefined;
  readonly sslMode?: SslMode | undefined;
  /** Certificates in PEM format to trust; undefined for those that Node trusts. */
  readonly sslCa?: string | undefined;
  /** What the server is shown of us: certificates in PEM format, our own first. */
  readonly sslCert?: string | undefined;
  /** Key of the certificate, in PEM format. */
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
      description: 'file with the password; goes before the one of DATABASE_URL',
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
      description: 'file with our own certificate for a server that demands one, in PEM format',
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
          ? 'DATABASE_SSL_CERT_FILE, DATABASE_SSL_KEY_FILE: shown to no server when DATABASE_SSL_MODE is disable'
          : clientCertificateProblem('DATABASE_SSL', sslCert, sslKey),
    },
  ],
  value: (connection): DatabaseConnection => connection,
});
