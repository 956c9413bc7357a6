import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/** Tests run the sources as production does: Node itself strips the types in place, so that positions need no source map. */
export default {
  canInstrument: false,
  getCacheKey: (source: string, path: string, { configString }: { readonly configString: string }) =>
    createHash('sha256').update([process.version, configString, path, source].join('\0')).digest('hex'),
  process: (source: string) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
