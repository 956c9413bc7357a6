import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { kubectl } from './kubectl.ts';

/** deploy/ of this checkout. */
export const deployFolder = join(checkout, 'deploy');

/** Names of all overlays. */
export async function overlayNames(): Promise<readonly string[]> {
  const entries = await readdir(join(deployFolder, 'overlays'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** What a check changes in an overlay, in the words of kustomize. */
export type Change = Readonly<Record<string, unknown>>;

/** @returns the objects of an overlay in a namespace of the check's own, as YAML. */
export async function rendered(overlay: string, namespace: string, change: Change = {}): Promise<string> {
  // Kustomize takes other folders by relative paths alone.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'deploy-check-')));
  try {
    const resources = [relative(folder, await realpath(join(deployFolder, 'overlays', overlay)))];
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace,
      resources,
      ...change,
    };
    await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
    return await kubectl(['kustomize', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

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
