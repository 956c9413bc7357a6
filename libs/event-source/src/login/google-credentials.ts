import { isNetworkFailure } from '@antenna/cli';
import type { AuthClient, GoogleAuth } from 'google-auth-library';
import { type BearerToken, TokenRefusedError, type TokenSource, TokenUnavailableError } from './bearer-token.ts';

/**
 * The scope that the managed service requires (Google Cloud Managed Service for Apache Kafka, «SASL authentication»).
 */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Assumed for kinds of credentials that do not state the life of a token. */
const ASSUMED_LIFE_MS = 300_000;

const ADVICE =
  'give this workload a Google service account (Workload Identity on GKE), or name a file of credentials in ' +
  'GOOGLE_APPLICATION_CREDENTIALS';

/**
 * A token source for Google's managed Kafka, by Application Default Credentials: the metadata server (Workload
 * Identity), a file, or impersonation.
 */
export function googleTokens(): TokenSource {
  let auth: GoogleAuth | undefined;
  return async () => {
    // Loaded only by processes that log in to Google.
    const { GoogleAuth: Auth } = await import('google-auth-library');
    auth ??= new Auth({ scopes: [SCOPE] });
    try {
      return await kafkaToken(auth);
    } catch (error) {
      throw failureOf(error);
    }
  };
}

async function kafkaToken(auth: GoogleAuth): Promise<BearerToken> {
  const client = await auth.getClient();
  const { token } = await client.getAccessToken();
  if (typeof token !== 'string') throw new TokenRefusedError(`Google gives no access token; ${ADVICE}`);
  const expiresAtMs = client.credentials.expiry_date ?? Date.now() + ASSUMED_LIFE_MS;
  const account = await accountOf(auth, client, token);
  return { value: wrappedToken({ accessToken: token, account, expiresAtMs, issuedAtMs: Date.now() }), expiresAtMs };
}

/** A client of some kinds of credentials, which looks up the owner of a token. */
type AskedClient = AuthClient & { readonly getTokenInfo?: (token: string) => Promise<{ readonly email?: string }> };

/** The credentials of a person do not name their owner; a look-up of the token does. */
async function accountOf(auth: GoogleAuth, client: AskedClient, token: string): Promise<string> {
  const { client_email: email } = await auth.getCredentials();
  if (email !== undefined && email !== '') return email;
  const information = await client.getTokenInfo?.(token);
  return information?.email ?? '';
}

interface WrappedToken {
  readonly accessToken: string;
  /** E-mail address of the service account. */
  readonly account: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * The managed service accepts an access token only as the third part of a pseudo JSON Web Token
 * (github.com/googleapis/managedkafka, GcpLoginCallbackHandler).
 */
export function wrappedToken({ accessToken, account, issuedAtMs, expiresAtMs }: WrappedToken): string {
  const header = JSON.stringify({ typ: 'JWT', alg: 'GOOG_OAUTH2_TOKEN' });
  const claims = { exp: seconds(expiresAtMs), iss: 'Google', iat: seconds(issuedAtMs), scope: 'kafka', sub: account };
  return [header, JSON.stringify(claims), accessToken].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1_000);
}

function failureOf(error: unknown): Error {
  if (error instanceof TokenRefusedError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isPassingAnswer(error)) {
    return new TokenUnavailableError(`Google's token service does not answer: ${reason}; try again`);
  }
  return new TokenRefusedError(`Google gives no access token: ${reason}; ${ADVICE}`);
}

/** Errors of the library's HTTP client have the status of the answer, or the system error code of the failure. */
function isPassingAnswer(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
  return status === 429 || status >= 500 || isNetworkFailure(error) || isNetworkFailure(error.cause);
}
