import { readFile, glob } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** What the source text of the product says of the codes of its errors. */
export interface ErrorCodes {
  /** In alphabetical order. */
  readonly codes: readonly string[];
  /** Error classes whose code the text does not say, each with its file. */
  readonly unclear: readonly string[];
}

/** What a user of the product runs. The tools of its developers have codes of their own. */
const PRODUCT = ['apps/*', 'libs/*', 'tools/{demo,local-stack,oracle,serving,simulator,test-kit}'];

const isTest = /\.(test|itest|acceptance)\.ts$|\/testing\/|\.d\.ts$/;
const isCode = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^INTERRUPTED$/;

/** @param root of the repository. */
export async function errorCodesOfProduct(root: string): Promise<ErrorCodes> {
  const texts = new Map<string, string>();
  for (const folder of PRODUCT) {
    for await (const path of glob(`${folder}/src/**/*.ts`, { cwd: root })) {
      if (!isTest.test(path)) texts.set(path, await readFile(join(root, path), 'utf8'));
    }
  }
  return errorCodes(texts);
}

/**
 * The codes that error classes declare: as the value or the type of their property `code`, or as a named union of
 * literals whose name ends with «Code».
 * @param texts source text by path.
 */
export function errorCodes(texts: ReadonlyMap<string, string>): ErrorCodes {
  const codes = new Set<string>();
  const unclear: string[] = [];
  for (const [path, text] of texts) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    for (const statement of file.statements) {
      if (ts.isTypeAliasDeclaration(statement) && statement.name.text.endsWith('Code')) {
        for (const code of literalsIn(statement.type)) codes.add(code);
      }
      if (!ts.isClassDeclaration(statement) || statement.name?.text.endsWith('Error') !== true) continue;
      const declared = declaredCodes(statement);
      if (declared === undefined) unclear.push(`${statement.name.text} in ${path}`);
      for (const code of declared ?? []) codes.add(code);
    }
  }
  return { codes: [...codes].sort(), unclear };
}

/** None for a class that inherits its code or leaves it to its subclasses; undefined when it can be any text. */
function declaredCodes(statement: ts.ClassDeclaration): readonly string[] | undefined {
  const code = statement.members.find((member) => ts.isPropertyDeclaration(member) && member.name.getText() === 'code');
  if (code === undefined || !ts.isPropertyDeclaration(code)) return [];
  if (code.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) === true) return [];
  if (code.initializer !== undefined) return literalsIn(code.initializer);
  // A name ends with «Code» where the codes are listed under that name.
  if (code.type !== undefined && ts.isTypeReferenceNode(code.type) && code.type.getText().endsWith('Code')) return [];
  const literals = code.type === undefined ? [] : literalsIn(code.type);
  return literals.length > 0 ? literals : undefined;
}

function literalsIn(node: ts.Node): readonly string[] {
  if (ts.isStringLiteral(node) && isCode.test(node.text)) return [node.text];
  const found: string[] = [];
  node.forEachChild((child) => {
    found.push(...literalsIn(child));
  });
  return found;
}
