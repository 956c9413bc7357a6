import { join } from 'node:path';
import { type ImageName, recipeOf } from '../image.ts';
import { runProgram } from '../run-program.ts';
import type { Source } from './source.ts';

export interface BuildOptions {
  /** First part of the image's name: `<prefix>/<image>:<version>`. */
  readonly prefix: string;
  /** Instead of the Dockerfiles' own base images. */
  readonly nodeImage: string | undefined;
  readonly pythonImage: string | undefined;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export interface BuiltImage {
  readonly name: ImageName;
  /** With the version. */
  readonly reference: string;
}

/** The tag of what was built last on a machine, whatever its version. */
const LAST_BUILT = 'dev';

/** Builds images, one after the other: they share most of their steps. @throws {ProgramFailedError} */
export async function buildImages(
  names: readonly ImageName[],
  source: Source,
  options: BuildOptions,
): Promise<BuiltImage[]> {
  const built: BuiltImage[] = [];
  for (const name of names) built.push(await buildImage(name, source, options));
  return built;
}

/** Builds an image, tagged with the source's version and as the last that was built. @throws {ProgramFailedError} */
export async function buildImage(name: ImageName, source: Source, options: BuildOptions): Promise<BuiltImage> {
  const image = `${options.prefix}/${name}`;
  const { dockerfile, target } = recipeOf(name);
  const args = [
    ...['--file', join(source.folder, dockerfile)],
    ...(target === undefined ? [] : ['--target', target]),
    ...['--tag', `${image}:${source.version}`, '--tag', `${image}:${LAST_BUILT}`],
    ...buildArguments(name, source, options).flatMap((argument) => ['--build-arg', argument]),
    source.folder,
  ];
  await runProgram('docker', ['build', ...args], { signal: options.signal, isShown: true });
  return { name, reference: `${image}:${source.version}` };
}

function buildArguments(name: ImageName, source: Source, { nodeImage, pythonImage }: BuildOptions): string[] {
  const { version, revision, created } = source;
  const base = name === 'superset' ? { PYTHON_IMAGE: pythonImage } : { NODE_IMAGE: nodeImage };
  const given = Object.entries({ ...base, VERSION: version, REVISION: revision, CREATED: created });
  return given.flatMap(([argument, value]) => (value === undefined ? [] : [`${argument}=${value}`]));
}
