const { createHash } = require('node:crypto');
const { stripTypeScriptTypes } = require('node:module');

/** Tests run the sources as production does: types stripped by Node itself, in place, so that positions need no source map. */
module.exports = {
  canInstrument: false,
  getCacheKey: (source, path, { configString }) =>
    createHash('sha256').update([process.version, configString, path, source].join('\0')).digest('hex'),
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
