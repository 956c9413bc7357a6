import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/**
 * Large packages that a run with a local archive and DuckDB does not need at its start; DuckDB itself is imported last.
 */
const RARELY_USED = [
  '@duckdb/node-api',
  '@dsnp/parquetjs',
  '@google-cloud/storage',
  'fastify',
  'google-auth-library',
  'hive-driver',
  'https-proxy-agent',
  'kafkajs',
  'prom-client',
];

async function outputsOfBundle(): Promise<Metafile['outputs']> {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outdir: 'out',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // The bundler would try to resolve the drivers of a dozen databases.
    external: [...RARELY_USED, 'knex'],
    metafile: true,
  });
  return metafile.outputs;
}

/** The files that a file of the bundle imports statically, directly or through others. */
function loadedBefore(path: string, outputs: Metafile['outputs'], found = new Set<string>()): Set<string> {
  for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
    if (kind !== 'import-statement' || found.has(imported)) continue;
    found.add(imported);
    loadedBefore(imported, outputs, found);
  }
  return found;
}

describe('the start of the batch layer', () => {
  it('imports no package that only some runs need', async () => {
    const outputs = await outputsOfBundle();
    const main = Object.keys(outputs).find((path) => path.endsWith('/main.js')) ?? '';
    const loaded = loadedBefore(main, outputs);
    expect(loaded).not.toEqual(new Set());
    expect(RARELY_USED.filter((name) => loaded.has(name))).toEqual([]);
  });
});
