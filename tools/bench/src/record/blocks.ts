/**
 * Replaces what stands between `<!-- bench:name -->` and `<!-- /bench -->` in a document; all else stays.
 * @throws {Error} naming a block that the document does not have.
 */
export function withBlocks(document: string, blocks: ReadonlyMap<string, string>): string {
  let text = document;
  for (const [name, content] of blocks) {
    const block = new RegExp(`(<!-- bench:${name} -->\n).*?(<!-- /bench -->)`, 's');
    if (!block.test(text)) throw new Error(`the document has no block <!-- bench:${name} --> … <!-- /bench -->`);
    text = text.replace(block, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
  }
  return text;
}
