import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import { type ImageName, recipeOf } from './image.ts';

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

/** The tag of the image that was built last on this machine, of any version. */
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

/** What an image is made from. */
export interface Source {
  readonly folder: string;
  /** Of the version: as the labels and the tag of an image have it. */
  readonly version: string;
  /** The commit. */
  readonly revision: string;
  /** When it was committed, ISO 8601. The same source makes the same labels. */
  readonly created: string;
}

/** A checkout with its uncommitted changes. */
export async function sourceOf(folder: string): Promise<Source> {
  const git = (...args: string[]): Promise<string> => runProgram('git', args, { cwd: folder });
  const [described, revision, created] = await Promise.all([
    git('describe', '--tags', '--always', '--dirty', '--match=v[0-9]*'),
    git('rev-parse', 'HEAD'),
    git('show', '--no-patch', '--format=%cI', 'HEAD'),
  ]);
  return { folder, version: described.replace(/^v(?=\d)/, ''), revision, created };
}

/** Hands over what is committed in a checkout, and nothing else, in a temporary folder. */
export async function withCommittedSource<T>(checkout: string, work: (source: Source) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'antenna-images-'));
  try {
    return await work(await committedSource(checkout, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function committedSource(checkout: string, target: string): Promise<Source> {
  const source = await sourceOf(checkout);
  const archive = join(target, 'source.tar');
  const folder = join(target, 'source');
  await mkdir(folder);
  await runProgram('git', ['archive', '--format=tar', `--output=${archive}`, source.revision], { cwd: checkout });
  await runProgram('tar', ['--extract', `--file=${archive}`, `--directory=${folder}`]);
  return { ...source, folder, version: source.version.replace(/-dirty$/, '') };
}
