/**
 * Replaces `new Buffer(…)`, with which thrift reads and writes Parquet: Node warns of it (DEP0005) unless the code lies
 * in node_modules, and a bundle does not.
 */
export function withoutOldBuffers(text) {
  const replaced = text.replace(/\bnew Buffer\(/g, 'bufferWithoutWarning(');
  return replaced === text ? text : `${SUBSTITUTE}${replaced}`;
}

const SUBSTITUTE =
  "function bufferWithoutWarning(from, ...rest) { return typeof from === 'number' ? Buffer.alloc(from) : Buffer.from(from, ...rest); }";
