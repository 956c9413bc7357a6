import { types } from 'node:util';

// Jest runs each test file in a realm of its own, where the errors of Node's own modules are no `instanceof Error`.
// In production there is one realm, and code may rely on it, as p-retry does.
const inRealm = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: typeof Error, candidate: unknown) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Error.isError is in no library of TypeScript's target.
    return inRealm.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});
