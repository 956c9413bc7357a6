import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { kubectl } from './kubectl.ts';
import { deployFolder } from './overlays.ts';

const namespaceSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });

/** Makes the product's namespace under another name, empty. One that is left from an earlier check goes first. */
export async function freshNamespace(name: string): Promise<void> {
  await removeNamespace(name);
  const product = namespaceSchema.parse(parse(await readFile(join(deployFolder, 'base', 'namespace.yaml'), 'utf8')));
  const namespace = { ...product, metadata: { ...product.metadata, name } };
  await kubectl(['apply', '--filename=-'], { input: stringify(namespace) });
}

/** Removes it with all that is in it. */
export async function removeNamespace(name: string): Promise<void> {
  await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--timeout=180s'], { timeoutMs: 200_000 });
}
