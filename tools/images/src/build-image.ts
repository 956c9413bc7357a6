import { join } from 'node:path';
import { type ImageName, recipeOf } from './image.ts';
import { runProgram } from './run-program.ts';
import type { Source } from './source.ts';

export interface BuildOptions {
  /** First part of the image's name: `<prefix>/<image>:<version>`. */
  readonly prefix: string;
  /** Instead of the Dockerfiles' own base images. */
  readonly nodeImage: string | undefined;
  readonly pythonImage: string | undefined;
  readonly signal: AbortSignal;
}

/** The tag of what was built last on a machine, whatever its version. */
const LAST_BUILT = 'dev';

/**
 * Builds an image, tagged with the source's version and as the last that was built.
 * @returns its reference with the version.
 * @throws {ProgramFailedError}
 */
export async function buildImage(name: ImageName, source: Source, options: BuildOptions): Promise<string> {
  const { prefix, signal } = options;
  const references = [source.version, LAST_BUILT].map((tag) => `${prefix}/${name}:${tag}`);
  const { dockerfile, target } = recipeOf(name);
  const args = [
    ...['--file', join(source.folder, dockerfile)],
    ...(target === undefined ? [] : ['--target', target]),
    ...references.flatMap((reference) => ['--tag', reference]),
    ...buildArguments(name, source, options).flatMap((argument) => ['--build-arg', argument]),
    source.folder,
  ];
  await runProgram('docker', ['build', ...args], { signal, isShown: true });
  return references[0] ?? '';
}

function buildArguments(name: ImageName, source: Source, { nodeImage, pythonImage }: BuildOptions): string[] {
  const { version, revision, created } = source;
  const base = name === 'superset' ? { PYTHON_IMAGE: pythonImage } : { NODE_IMAGE: nodeImage };
  const given = Object.entries({ ...base, VERSION: version, REVISION: revision, CREATED: created });
  return given.flatMap(([argument, value]) => (value === undefined ? [] : [`${argument}=${value}`]));
}
