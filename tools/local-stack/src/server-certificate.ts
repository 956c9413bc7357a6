/** What a server shows to its clients, in PEM format. */
export interface ServerCertificate {
  /** PKCS #8. */
  readonly privateKey: string;
  /** The server's own, then those that vouch for it. */
  readonly chain: string;
}
