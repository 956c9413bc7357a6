/**
 * Replaces `new Buffer(…)`, which thrift calls to read and write Parquet. Node warns of this call (DEP0005) in code
 * outside node_modules, such as a bundle.
 */
export function withoutOldBuffers(text) {
  const replaced = text.replace(/\bnew Buffer\(/g, 'bufferWithoutWarning(');
  return replaced === text ? text : `${SUBSTITUTE}${replaced}`;
}

const SUBSTITUTE =
  "function bufferWithoutWarning(from, ...rest) { return typeof from === 'number' ? Buffer.alloc(from) : Buffer.from(from, ...rest); }";
