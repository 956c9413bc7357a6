import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from './revision.ts';

/** Where a file belongs. */
export type Area = 'apps' | 'libs' | 'tools' | 'docs' | 'other';

export interface SourceFile {
  readonly path: string;
  readonly area: Area;
  readonly isTest: boolean;
  /** Without documents: TypeScript and JavaScript. */
  readonly isCode: boolean;
  readonly text: string;
  readonly lines: number;
}

/** Code and documents; data, manifests and generated files are left out. */
export async function sourceFiles({ folder, paths }: Snapshot): Promise<readonly SourceFile[]> {
  const wanted = paths.filter((path) => /\.([cm]?ts|[cm]?js|md)$/.test(path));
  return Promise.all(wanted.map(async (path) => sourceFile(path, await readFile(join(folder, path), 'utf8'))));
}

/** @param path relative to the repository. */
export function sourceFile(path: string, text: string): SourceFile {
  const isCode = !path.endsWith('.md');
  return { path, area: areaOf(path), isTest: isTest(path), isCode, text, lines: lineCount(text) };
}

function areaOf(path: string): Area {
  const [top = ''] = path.split('/');
  if (path.endsWith('.md')) return 'docs';
  return top === 'apps' || top === 'libs' || top === 'tools' ? top : 'other';
}

function isTest(path: string): boolean {
  return /\.(test|itest|acceptance)\.ts$|\/(testing|test-kit|jest)\//.test(path);
}

function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
