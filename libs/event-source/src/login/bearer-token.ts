import { ProductError } from '@antenna/cli';

/** A token that a broker accepts as a login. Its value is a secret. */
export interface BearerToken {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** The token source refuses a token, and would refuse it again. */
export class TokenRefusedError extends ProductError {
  readonly code = 'KAFKA_TOKEN_REFUSED';
  /** The Kafka client retries errors that do not have `retriable: false`. */
  readonly retriable = false;
}

/** The token source does not answer for now. */
export class TokenUnavailableError extends ProductError {
  readonly code = 'KAFKA_TOKEN_UNAVAILABLE';
  /** Makes the Kafka client retry. */
  readonly retriable = true;
}

/** @throws {TokenRefusedError | TokenUnavailableError} */
export type TokenSource = () => Promise<BearerToken>;

/** The part of a token's life after which a new one is requested; Kafka's own clients use the same. */
const USED_PART = 0.8;

/**
 * The least remaining life of a token in use. A session ends when the token that began it expires, and the client logs
 * in again 10 s before that: a token with less left would begin a session that has to be renewed at once. A token with
 * a short life is used for at least a fifth of it all the same.
 */
const LIFE_AFTER_USE_MS = 15_000;
const LEAST_USED_PART = 0.2;

/** A token with less life left begins no session: brokers refuse a second login within a second of the first. */
const LEAST_LIFE_MS = 12_000;

/**
 * One token for all connections, replaced when most of its life has passed. The client logs in again on each connection
 * before the session ends, which is when the session's first token expires, and asks for a token each time.
 */
export class RenewedToken {
  readonly #source: TokenSource;
  readonly #nowMs: () => number;
  #token: (BearerToken & { readonly renewAtMs: number }) | undefined;
  #renewal: Promise<BearerToken> | undefined;

  constructor(source: TokenSource, nowMs: () => number = () => Date.now()) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /**
   * While the source gives no new token, returns the old one as long as a session can begin with it.
   * @throws {TokenRefusedError | TokenUnavailableError}
   */
  async current(): Promise<string> {
    const nowMs = this.#nowMs();
    const token = this.#token;
    if (token !== undefined && nowMs < token.renewAtMs) return token.value;
    try {
      this.#renewal ??= this.#renewed();
      return (await this.#renewal).value;
    } catch (error) {
      if (token === undefined || this.#nowMs() > token.expiresAtMs - LEAST_LIFE_MS) throw error;
      return token.value;
    } finally {
      this.#renewal = undefined;
    }
  }

  async #renewed(): Promise<BearerToken> {
    const token = await this.#source();
    const nowMs = this.#nowMs();
    this.#token = { ...token, renewAtMs: nowMs + usedMs(token.expiresAtMs - nowMs) };
    return token;
  }
}

function usedMs(lifeMs: number): number {
  return Math.max(lifeMs * LEAST_USED_PART, Math.min(lifeMs * USED_PART, lifeMs - LIFE_AFTER_USE_MS));
}
