import { globSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { build } from 'esbuild';

/** Native code, or files that a package loads from beside itself. */
const INSTALLED = ['@duckdb/node-api', '@node-rs/crc32', 'lz4-napi', 'parquet-wasm'];

/** Drivers that knex and pg would load for databases that are not used here. */
const UNUSED = [
  'better-sqlite3',
  'mariadb',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'sqlite3',
  'tedious',
];

/** CommonJS packages expect these in the module that they become part of. */
const COMMON_JS_NAMES = [
  `import { createRequire as bundledCreateRequire } from 'node:module';`,
  `const require = bundledCreateRequire(import.meta.url);`,
  `const __filename = import.meta.filename, __dirname = import.meta.dirname;`,
].join('');

/** Files to start. */
export interface Bundles {
  /** With the failpoints. */
  readonly speedLayer: string;
  readonly batchLayer: string;
}

/**
 * Bundles both layers, as tools/build.mjs does without the failpoints: hundreds of workers start twice as fast from them,
 * and all of one run have one version, even if sources are edited meanwhile.
 * @param folder inside of the checkout, where the packages that are not bundled are found; made anew.
 */
export async function bundleLayers(folder: string): Promise<Bundles> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: checkout,
    stdin: {
      contents: `import './tools/e2e/src/failpoints.ts'; import './apps/speed-layer/src/main.ts';`,
      resolveDir: checkout,
    },
    entryPoints: [
      ...globSync('libs/event-archive/src/*-worker.ts', { cwd: checkout }).map((path) => ({
        in: path,
        out: parse(path).name,
      })),
      { in: 'apps/batch-layer/src/main.ts', out: 'batch-layer' },
    ],
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    keepNames: true,
    external: [...INSTALLED, ...UNUSED],
    banner: { js: COMMON_JS_NAMES },
    logLevel: 'warning',
  });
  return { speedLayer: join(folder, 'stdin.js'), batchLayer: join(folder, 'batch-layer.js') };
}
