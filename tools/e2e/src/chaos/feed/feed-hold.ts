import { setTimeout as delay } from 'node:timers/promises';

/** Lets everything that is written to the topic pause between two writes. */
export class FeedHold {
  readonly #settleMs: number;
  #held: PromiseWithResolvers<undefined> | undefined;
  #writing = 0;

  /** @param settleMs how long transactions that were left open may stay so. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** One write, that is over when it ends. Waits while writing is held. */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    while (this.#held !== undefined) await this.#held.promise;
    this.#writing += 1;
    try {
      return await write();
    } finally {
      this.#writing -= 1;
    }
  }

  /** Does some work while nothing else is written and no transaction is open. */
  async whileHeld<T>(work: () => Promise<T>): Promise<T> {
    const held = Promise.withResolvers<undefined>();
    this.#held = held;
    try {
      while (this.#writing > 0) await delay(POLL_MS);
      await delay(this.#settleMs);
      return await work();
    } finally {
      this.#held = undefined;
      held.resolve(undefined);
    }
  }
}

const POLL_MS = 50;
