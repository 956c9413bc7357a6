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

/** A token that ends sooner is of no use to a login that has to reach the broker first. */
const LEAST_LIFE_MS = 1_000;

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
   * While no new token can be had, the old one is given as long as it lives.
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
    this.#token = { ...token, renewAtMs: nowMs + (token.expiresAtMs - nowMs) * USED_PART };
    return token;
  }
}
