import { hash } from 'node:crypto';

const ID_LENGTH = 36;

/**
 * The ids of so many subscribers. Each is hashed once. All are kept as text in one buffer, since millions of JavaScript
 * strings need several times the memory.
 */
export class SubscriberIds {
  readonly #texts: Buffer;

  constructor(users: number) {
    this.#texts = Buffer.alloc(users * ID_LENGTH);
    for (let user = 0; user < users; user += 1) this.#texts.write(subscriberId(user), user * ID_LENGTH, 'latin1');
  }

  of(user: number): string {
    return this.#texts.toString('latin1', user * ID_LENGTH, (user + 1) * ID_LENGTH);
  }
}

/** `md5('subscriber 7')::uuid` of Postgres, which makes the same ids for `user_metadata`. */
export function subscriberId(user: number): string {
  const hex = hash('md5', `subscriber ${user}`);
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}
