import type { SASLOptions } from 'kafkajs';
import type { KafkaSasl, TokenProvider } from '../settings/login-settings.ts';
import { RenewedToken, type TokenSource } from './bearer-token.ts';
import { clientCredentialsTokens } from './client-credentials.ts';
import { googleTokens } from './google-credentials.ts';

/** The login in the form of kafkajs. All connections of a client share one token. */
export function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl };
  const { mechanism, tokens, extensions } = sasl;
  const token = new RenewedToken(sourceOf(tokens));
  return { mechanism, oauthBearerProvider: async () => ({ value: await token.current(), extensions }) };
}

function sourceOf(tokens: TokenProvider): TokenSource {
  return tokens.provider === 'google' ? googleTokens() : clientCredentialsTokens(tokens);
}
