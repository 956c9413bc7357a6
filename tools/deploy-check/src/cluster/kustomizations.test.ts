import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type SourceFile, sourceFiles } from './deploy-sources.ts';
import { deployFolder } from './overlays.ts';

const generator = z.array(z.object({ files: z.array(z.string()).default([]) })).default([]);

const kustomization = z.object({
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  patches: z.array(z.object({ path: z.string().optional() })).default([]),
  configMapGenerator: generator,
  secretGenerator: generator,
});

const files = sourceFiles();

function isKustomization({ path }: SourceFile): boolean {
  return path.endsWith('/kustomization.yaml');
}

/** What a kustomization is made of, relative to deploy/. */
function partsOf({ path, documents }: SourceFile): readonly string[] {
  const { resources, components, patches, ...generators } = kustomization.parse(documents[0]);
  const generated = [...generators.configMapGenerator, ...generators.secretGenerator].flatMap((each) => each.files);
  const names = [
    ...resources,
    ...components,
    ...patches.flatMap((patch) => patch.path ?? []),
    ...generated.map((file) => file.replace(/^[^=]*=/, '')),
  ];
  return names.map((name) => join(dirname(path), name));
}

describe('the kustomizations', () => {
  const kustomizations = files.filter(isKustomization);
  const parts = kustomizations.flatMap(partsOf);

  it('are made of what is there', () => {
    expect(kustomizations.length).toBeGreaterThan(5);
    expect(parts.filter((part) => !existsSync(join(deployFolder, part)))).toEqual([]);
  });

  it('use every file that is there', () => {
    const used = new Set(parts);
    // Promtool's, not the cluster's.
    const others = new Set(['components/monitoring/alerts.test.yaml']);
    const manifests = files.filter((file) => !isKustomization(file)).map(({ path }) => path);
    expect(manifests.filter((path) => !used.has(path) && !others.has(path))).toEqual([]);
  });
});
