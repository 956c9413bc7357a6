import { cruise, type ICruiseResult } from 'dependency-cruiser';
import type { Snapshot } from './revision.ts';

/**
 * Groups of files that import each other, directly or by others; imports of types count like any other.
 * @returns each group in alphabetical order.
 */
export async function importCycles({ folder }: Snapshot): Promise<readonly (readonly string[])[]> {
  const { output } = await cruise(
    ['apps', 'libs', 'tools'],
    { baseDir: folder, tsPreCompilationDeps: true, exclude: { path: 'node_modules|(^|/)dist/' } },
    { extensions: ['.ts', '.mjs', '.js', '.json'], exportsFields: ['exports'] },
  );
  return groupsOf(circularImports(output as ICruiseResult));
}

type Import = readonly [from: string, to: string];

function circularImports({ modules }: ICruiseResult): Import[] {
  return modules.flatMap(({ source, dependencies }) =>
    dependencies.filter(({ circular }) => circular).map(({ resolved }): Import => [source, resolved]),
  );
}

/** Every circular import lies within one group, so that what such imports connect is a group. */
export function groupsOf(imports: readonly Import[]): readonly (readonly string[])[] {
  const groupOf = new Map<string, Set<string>>();
  for (const files of imports) {
    const merged = new Set(files.flatMap((file) => [file, ...(groupOf.get(file) ?? [])]));
    for (const file of merged) groupOf.set(file, merged);
  }
  return [...new Set(groupOf.values())].map((group) => [...group].sort());
}
