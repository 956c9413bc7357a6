import { isNetworkFailure, tlsFailureOf } from '@antenna/cli';
import * as z from 'zod';
import type { ClientCredentials } from '../settings/login-settings.ts';
import { type BearerToken, TokenRefusedError, type TokenSource, TokenUnavailableError } from './bearer-token.ts';

/** Below the client's time-out of a login, so that the error names the cause instead of a time-out. */
const TIMEOUT_MS = 5_000;

/** Assumed when the endpoint does not state the life of a token, which RFC 6749 (5.1) permits. */
const ASSUMED_LIFE_MS = 300_000;

const grant = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });
const refusal = z.object({ error: z.string(), error_description: z.string().optional() });

/** Whether another attempt may succeed: after too many requests, or a fault of the server or of a proxy. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** A token source with client credentials: the grant of RFC 6749, 4.4, with the secret in the header (2.3.1). */
export function clientCredentialsTokens(client: ClientCredentials): TokenSource {
  return async () => {
    const { status, text } = await answerOf(client);
    const granted = grant.safeParse(jsonIn(text));
    if (status === 200 && granted.success) return tokenOf(granted.data);
    throw refusalOf(client, status, text);
  };
}

function tokenOf({ access_token: value, expires_in: seconds }: z.infer<typeof grant>): BearerToken {
  return { value, expiresAtMs: Date.now() + (seconds === undefined ? ASSUMED_LIFE_MS : seconds * 1_000) };
}

async function answerOf(client: ClientCredentials): Promise<{ readonly status: number; readonly text: string }> {
  const { tokenUrl, clientId, clientSecret, scope, audience } = client;
  const login = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
  });
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  try {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: { authorization, accept: 'application/json' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw failureOf(client, error);
  }
}

/** `fetch` puts the reason into the cause of its error. */
function failureOf({ tokenUrl }: ClientCredentials, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  const fact = `the token endpoint ${tokenUrl} cannot be used: ${reason}`;
  if (tlsFailureOf(codeOf(cause)) !== undefined) {
    const advice = 'set NODE_EXTRA_CA_CERTS to the certificates of the authority that signed its certificate';
    return new TokenRefusedError(`${fact}; ${advice}, and see that KAFKA_OAUTH_TOKEN_URL names the host as it does`);
  }
  if (isNetworkFailure(cause) || (cause instanceof Error && cause.name === 'TimeoutError')) {
    return new TokenUnavailableError(`${fact}; see that it runs, and that KAFKA_OAUTH_TOKEN_URL is right`);
  }
  return new TokenRefusedError(`${fact}; check KAFKA_OAUTH_TOKEN_URL`);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function refusalOf({ tokenUrl, clientId }: ClientCredentials, status: number, text: string): Error {
  const refused = refusal.safeParse(jsonIn(text));
  const reason = refused.success
    ? `: ${refused.data.error} (${refused.data.error_description ?? 'no description'})`
    : '';
  const fact = `the token endpoint ${tokenUrl} answers client ${clientId} with ${status}${reason}`;
  if (isPassing(status)) return new TokenUnavailableError(`${fact}; check the health of the endpoint`);
  return new TokenRefusedError(
    status === 200
      ? `${fact} and without an access token; check KAFKA_OAUTH_TOKEN_URL`
      : `${fact}; check KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET_FILE, KAFKA_OAUTH_SCOPE and KAFKA_OAUTH_AUDIENCE`,
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
