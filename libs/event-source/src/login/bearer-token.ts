import { ProductError } from '@antenna/cli';

/** What a broker lets a client in for. Its value is a secret. */
export interface BearerToken {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Gives no token, and would not give one to another try. */
export class TokenRefusedError extends ProductError {
  readonly code = 'KAFKA_TOKEN_REFUSED';
  /** For the Kafka client, which tries again what does not say so. */
  readonly retriable = false;
}

/** Nothing that gives tokens answers now. */
export class TokenUnavailableError extends ProductError {
  readonly code = 'KAFKA_TOKEN_UNAVAILABLE';
  /** For the Kafka client. */
  readonly retriable = true;
}

/** @throws {TokenRefusedError | TokenUnavailableError} */
export type TokenSource = () => Promise<BearerToken>;

/** Which part of its life a token is used for before another one is asked for, as by Kafka's own clients. */
const USED_PART = 0.8;

/**
 * The client logs in anew 10 s before the broker's session ends, which is when the token ends that it began with. A token
 * that lives on for less would begin a session of which that is true at once. Of a short life, a fifth is used.
 */
const LIFE_AFTER_USE_MS = 15_000;
const LEAST_USED_PART = 0.2;

/** A token that ends sooner begins no session: brokers refuse a second login within a second of the first. */
const LEAST_LIFE_MS = 12_000;

/**
 * The same token for all connections, until most of its life has passed. The client logs in anew on each connection
 * before the broker's session ends, which is when the token that began it ends, and asks for a token each time.
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
   * While no new token can be had, the old one is given as long as a session can begin with it.
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
