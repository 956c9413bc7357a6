import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import * as ingestion from '@antenna/ingestion';
import type { Core } from '../world/core.ts';
import type { Mutant, SourceEdit } from './mutant.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SOURCES = join(ROOT, 'libs/ingestion/src');

/** In the workspace, so that the copies find the packages that they import; not under version control. */
const COPIES = join(ROOT, '.local/mutants');

/**
 * The core with a bug planted. Production code has no switches: a copy of its sources is edited and imported.
 * @throws {Error} when an edit does not fit the sources any more.
 */
export function mutatedCore(mutant: Mutant): Promise<Core> {
  const core = cores.get(mutant) ?? importCopy(mutant);
  cores.set(mutant, core);
  return core;
}

const cores = new Map<Mutant, Promise<Core>>();

async function importCopy({ name, edits = [] }: Mutant): Promise<Core> {
  if (edits.length === 0) return ingestion;
  const copy = join(COPIES, `${name}-${process.pid}-${threadId}`);
  await mkdir(COPIES, { recursive: true });
  await cp(SOURCES, copy, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  try {
    for (const edit of edits) await apply(edit, copy);
    return (await import(join(copy, 'index.ts'))) as Core;
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function apply({ file, find, replace }: SourceEdit, copy: string): Promise<void> {
  const path = join(copy, file);
  const parts = (await readFile(path, 'utf8')).split(find);
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times what is to be mutated: ${find}`);
  await writeFile(path, parts.join(replace));
}
