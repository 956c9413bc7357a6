import { join, resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '..', '..', '..');

/** Programs that were fetched, per version; shared by all stacks of this checkout. */
export const cacheFolder = join(checkout, '.local', 'cache');

/** Data, logs and process files of the stack that people use. */
export const defaultHome = join(checkout, '.local', 'stack');
