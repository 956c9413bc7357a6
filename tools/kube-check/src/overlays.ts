import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { kubectl } from './kubectl.ts';

/** deploy/ of this checkout. */
export const deployFolder = resolve(import.meta.dirname, '..', '..', '..', 'deploy');

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
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kube-check-')));
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
