import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';
import { AbortedTransactions } from '@antenna/event-source';
import * as ingestion from '@antenna/ingestion';
import type { Core } from '../world/core.ts';
import type { Mutant, SourceEdit } from './mutant.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** In the workspace, so that the copies find the packages that they import; not under version control. */
const COPIES = join(ROOT, '.local/mutants');

/** Which libraries are mutated, and which of their modules holds what is explored. */
const MODULES = { ingestion: 'index.ts', 'event-source': 'fetched/aborted-transactions.ts' } as const;

const CORE: Core = { ...ingestion, AbortedTransactions };

/**
 * The core with a bug planted. Production code has no switches: a copy of its sources is edited and imported.
 * @throws {Error} when an edit does not fit the sources any more.
 */
export function mutatedCore(mutant: Mutant): Promise<Core> {
  const core = cores.get(mutant) ?? mutated(mutant);
  cores.set(mutant, core);
  return core;
}

const cores = new Map<Mutant, Promise<Core>>();

async function mutated({ name, edits = [] }: Mutant): Promise<Core> {
  const core = { ...CORE };
  for (const [library, ofLibrary] of Map.groupBy(edits, libraryOf)) {
    Object.assign(core, await importCopy(library, { name, edits: ofLibrary }));
  }
  return core;
}

function libraryOf({ library = 'ingestion' }: SourceEdit): keyof typeof MODULES {
  return library;
}

async function importCopy(library: keyof typeof MODULES, { name, edits }: { name: string; edits: SourceEdit[] }) {
  const copy = join(COPIES, `${name}-${library}-${process.pid}-${threadId}`);
  await mkdir(COPIES, { recursive: true });
  const filter = (path: string) => !path.endsWith('test.ts');
  await cp(join(ROOT, 'libs', library, 'src'), copy, { recursive: true, filter });
  try {
    for (const edit of edits) await apply(edit, copy);
    return (await import(join(copy, MODULES[library]))) as Partial<Core>;
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
