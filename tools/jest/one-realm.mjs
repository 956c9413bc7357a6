import { types } from 'node:util';

// Jest runs each test file in a realm of its own, where the errors of Node's own modules are no `instanceof Error`.
// In production there is one realm, and code may rely on it, as p-retry does.
const inRealm = Function.prototype[Symbol.hasInstance];

Object.defineProperty(Error, Symbol.hasInstance, {
  value(candidate) {
    return inRealm.call(this, candidate) || (this === Error && types.isNativeError(candidate));
  },
});
