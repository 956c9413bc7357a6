import ts from 'typescript';

/** Lines of each function, method, constructor and accessor with a body, from its first word to its last brace. */
export function functionLengths(path: string, text: string): readonly number[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lengths: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunctionWithBlock(node)) lengths.push(linesOf(file, node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lengths;
}

/** An arrow function counts when it has braces: without them it is an expression. */
function isFunctionWithBlock(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(node.body);
}

function linesOf(file: ts.SourceFile, node: ts.Node): number {
  const [first, last] = [node.getStart(file), node.getEnd()].map((at) => file.getLineAndCharacterOfPosition(at).line);
  return (last ?? 0) - (first ?? 0) + 1;
}
