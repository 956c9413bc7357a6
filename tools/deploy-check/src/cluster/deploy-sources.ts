import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { deployFolder } from './overlays.ts';

/** A file of the manifests. */
export interface SourceFile {
  /** Relative to deploy/. */
  readonly path: string;
  /** What each of its documents holds. */
  readonly documents: readonly unknown[];
}

const folders = ['base', 'components', 'overlays'];

/**
 * All YAML files that the overlays are made of, as they are written: what needs kustomize is checked on a cluster.
 * @throws {Error} naming the file that is no YAML.
 */
export function sourceFiles(): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(deployFolder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => readSource(join(entry.parentPath, entry.name))),
  );
}

function readSource(file: string): SourceFile {
  const path = relative(deployFolder, file);
  const documents = parseAllDocuments(readFileSync(file, 'utf8'), { uniqueKeys: true }).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
    return document.toJS() as unknown;
  });
  return { path, documents };
}

/** Every object anywhere inside a document, itself included. */
export function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>, void, undefined> {
  if (Array.isArray(value)) {
    for (const item of value) yield* objectsIn(item);
  } else if (isObject(value)) {
    yield value;
    for (const item of Object.values(value)) yield* objectsIn(item);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
