// node tools/build.mjs <app> [--folder=<folder>] [--preload=<file>]: bundles an application, or a tool that has a main.ts,
// into dist/apps/<app> or another folder of the checkout, ready for `npm ci` and `node --enable-source-maps main.js`. The
// worker threads of the libraries that it holds lie beside main.js. A preloaded module runs before the application's own.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { versionOfCheckout } from '../libs/cli/src/program-version.ts';
import { lockFor } from './build/lock-for.mjs';

const checkout = resolve(import.meta.dirname, '..');

/** Native code, or files that a package loads from beside itself: installed instead of bundled. */
const installed = ['@duckdb/node-bindings', '@node-rs/crc32', 'lz4-napi'];
/** What pg and the dialect of Postgres would load, and is not used here. */
const unused = ['pg-native', 'pg-query-stream'];

/** CommonJS packages expect these in the module that they become part of. */
const commonJsNames = [
  `import { createRequire as bundledCreateRequire } from 'node:module';`,
  `const require = bundledCreateRequire(import.meta.url);`,
  `const __filename = import.meta.filename, __dirname = import.meta.dirname;`,
].join('');

/** Knex knows a dozen databases, each with a driver: one of them is used here. */
const onlyPostgres = {
  name: 'only-postgres',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/[^/]+$/ }, ({ path, importer }) =>
      importer.endsWith('/knex/lib/dialects/index.js') && path !== './postgres' ? { path, external: true } : undefined,
    );
  },
};

const SUBSTITUTE =
  "function bufferWithoutWarning(from, ...rest) { return typeof from === 'number' ? Buffer.alloc(from) : Buffer.from(from, ...rest); }";

/**
 * Replaces `new Buffer(…)`, which thrift calls to read and write Parquet. Node warns of this call (DEP0005) in code
 * outside node_modules, such as a bundle.
 */
function withoutOldBuffers(text) {
  const replaced = text.replace(/\bnew Buffer\(/g, 'bufferWithoutWarning(');
  return replaced === text ? text : `${SUBSTITUTE}${replaced}`;
}

/**
 * Source maps tell the lines of our own files only: Node reads a map whole before it runs the first line, and nine
 * tenths of it would be other people's. (esbuild loads a file with one plugin only, so this one also replaces `new Buffer`.)
 */
const mapsOfOwnSources = {
  name: 'maps-of-own-sources',
  setup({ onLoad }) {
    const none = Buffer.from(JSON.stringify({ version: 3, sources: [''], mappings: 'AAAA' })).toString('base64');
    const comment = `\n//# sourceMappingURL=data:application/json;base64,${none}\n`;
    onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${withoutOldBuffers(await readFile(path, 'utf8'))}${comment}`,
      loader: 'js',
    }));
  },
};

/** What `--version` shows. */
const version = versionOfCheckout(process.env.REVISION);

function bundle(entryPoints, outdir) {
  return build({
    entryPoints,
    outdir,
    absWorkingDir: checkout,
    bundle: true,
    // A module imported with `import()` becomes a file of its own, which a command reads only when it needs it.
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Logs and messages show the class names of errors.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [onlyPostgres, mapsOfOwnSources],
    minifyWhitespace: true,
    minifySyntax: true,
    external: [...installed, ...unused],
    define: { 'process.env.PROGRAM_VERSION': JSON.stringify(version) },
    banner: { js: commonJsNames },
    metafile: true,
    logLevel: 'warning',
    entryNames: '[name]',
  });
}

/** `libs/x/src/y-worker.ts` of each library that the bundle holds. They find each other by name at run time. */
async function workersOf({ inputs }) {
  const sources = new Set(Object.keys(inputs).flatMap((path) => /^libs\/[^/]+\/src/.exec(path) ?? []));
  const found = await Promise.all(
    [...sources].map(async (source) => {
      const names = await readdir(join(checkout, source));
      return names.filter((name) => name.endsWith('-worker.ts')).map((name) => join(source, name));
    }),
  );
  const workers = found.flat();
  const names = workers.map((path) => basename(path));
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw new Error(`two libraries have a ${double}: they would overwrite each other`);
  return workers;
}

/** The packages that the bundles import at run time. */
function packagesOf(metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const paths = new Set(outputs.flatMap(({ imports }) => imports.filter((it) => it.external).map(({ path }) => path)));
  return installed.filter((name) => [...paths].some((path) => path === name || path.startsWith(`${name}/`)));
}

async function writeJson(path, value) {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

function mainOf(app) {
  const main = ['apps', 'tools'].map((folder) => join(folder, app, 'src', 'main.ts'));
  const found = main.find((path) => existsSync(join(checkout, path)));
  if (found === undefined) throw new Error(`${main.join(' or ')} is missing`);
  return found;
}

/** Writes a main module that imports the preloaded module, then the main module of the application. */
async function afterPreload(preload, main, folder) {
  const entry = join(folder, 'main.ts');
  const modules = [preload, main].map((path) => JSON.stringify(join(checkout, path)));
  await writeFile(entry, modules.map((module) => `import ${module};\n`).join(''));
  return entry;
}

async function buildApp(app, { folder = join('dist', 'apps', app), preload }) {
  const target = resolve(checkout, folder);
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const main = preload === undefined ? mainOf(app) : await afterPreload(preload, mainOf(app), target);
  const { metafile } = await bundle([main], target);
  const workers = await workersOf(metafile);
  const metafiles = workers.length === 0 ? [metafile] : [metafile, (await bundle(workers, target)).metafile];
  const lock = lockFor(
    app,
    packagesOf(metafiles),
    JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')),
  );
  await writeJson(join(target, 'package.json'), { ...lock.packages[''], private: true, type: 'module' });
  await writeJson(join(target, 'package-lock.json'), lock);
}

const text = { type: 'string' };
const { positionals, values } = parseArgs({ allowPositionals: true, options: { folder: text, preload: text } });
const [app] = positionals;
if (app === undefined) throw new Error('usage: node tools/build.mjs <app> [--folder=<folder>] [--preload=<file>]');
await buildApp(app, values);
