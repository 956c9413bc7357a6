import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { ProductError } from '@antenna/cli';
import { parse } from 'yaml';
import * as z from 'zod';
import { bundleProblems } from './bundle-problems.ts';
import {
  type Asset,
  type Bundle,
  chartSchema,
  dashboardSchema,
  databaseSchema,
  datasetSchema,
  metadataSchema,
} from './bundle.ts';

/** The bundle contradicts itself, or Superset would not understand it. */
class BundleBrokenError extends ProductError {
  readonly code = 'BUNDLE_BROKEN';

  constructor(folder: string, problems: readonly string[]) {
    super(`the bundle in ${folder} is not imported; repair it:${problems.map((line) => `\n  ${line}`).join('')}`);
  }
}

/** The dashboards of this checkout. */
export const defaultBundleFolder = resolve(import.meta.dirname, '../../../../deploy/superset/bundle');

/**
 * Reads a bundle and makes sure that it is one.
 * @throws {BundleBrokenError} with all problems, each with the file that it is in.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const files = await readFiles(folder);
  const problems: string[] = [];
  const of = <T>(prefix: string, schema: z.ZodType<T>): Asset<T>[] =>
    files.filter(({ path }) => path.startsWith(prefix)).flatMap((file) => validated(file, schema, problems));

  const [metadata] = of('metadata.yaml', metadataSchema);
  const assets = {
    databases: of('databases/', databaseSchema),
    datasets: of('datasets/', datasetSchema),
    charts: of('charts/', chartSchema),
    dashboards: of('dashboards/', dashboardSchema),
  };
  const known = /^(metadata\.yaml$|(databases|datasets|charts|dashboards)\/)/;
  problems.push(...files.filter(({ path }) => !known.test(path)).map(({ path }) => `${path}: not a file of a bundle`));
  if (metadata === undefined) throw new BundleBrokenError(folder, ['metadata.yaml: missing or wrong', ...problems]);
  const bundle = { metadata, ...assets };
  if (problems.length === 0) problems.push(...bundleProblems(bundle));
  if (problems.length > 0) throw new BundleBrokenError(folder, problems);
  return bundle;
}

interface BundleFile {
  readonly path: string;
  readonly text: string;
}

async function readFiles(folder: string): Promise<readonly BundleFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: relative(folder, path).split(sep).join('/'),
      text: await readFile(path, 'utf8'),
    })),
  );
}

function validated<T>({ path, text }: BundleFile, schema: z.ZodType<T>, problems: string[]): Asset<T>[] {
  // Superset passes over other names without a word.
  if (!/(^|\/)[^./_][^/]*\.yaml$/.test(path)) {
    problems.push(`${path}: a name that Superset skips; call it <name>.yaml, not beginning with . or _`);
    return [];
  }
  const reading = schema.safeParse(parseYaml(path, text, problems));
  if (reading.success) return [{ path, content: reading.data }];
  problems.push(...reading.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`));
  return [];
}

function parseYaml(path: string, text: string, problems: string[]): unknown {
  try {
    // Superset's own parser knows YAML 1.1: there, `on` is true.
    return parse(text, { version: '1.1' });
  } catch (error) {
    problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
