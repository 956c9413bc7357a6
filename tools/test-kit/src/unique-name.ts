import { randomBytes } from 'node:crypto';

/** A name that no other test has, in letters that databases, topics and buckets allow. */
export function uniqueName(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}
