import { ProgramFailedError } from '@antenna/test-kit';
import { CheckFailedError } from '../check-list.ts';
import type { BuiltImage, Source } from './build-image.ts';
import { exitCodeAtSigterm, runConfined } from './confined-run.ts';
import { baseOf, configurationProblems, contentMbOf, inspectImage } from './image-configuration.ts';
import { type ImageName, type Promises, promisesOfApps } from './image.ts';

/**
 * Sees whether images are what they promise to be, and prints a line for each.
 * @throws {CheckFailedError} when one is not.
 */
export async function checkImages(
  images: readonly BuiltImage[],
  source: Source,
  tell: (line: string) => void,
): Promise<void> {
  const broken: string[] = [];
  for (const { name, reference } of images) {
    const checked = await checkImage(name, reference, source);
    tell(lineOf(checked));
    if (checked.problems.length > 0) broken.push(name);
  }
  if (broken.length > 0) throw new CheckFailedError(`${broken.join(', ')}: not what they promise to be; see above`);
}

function lineOf({ reference, contentMb, problems }: CheckedImage): string {
  const size = contentMb === undefined ? '' : `, ${contentMb.toFixed(1)} MB over its base`;
  return [`${problems.length === 0 ? '✓' : '✗'} ${reference}${size}`, ...problems].join('\n  ');
}

interface CheckedImage {
  readonly reference: string;
  /** What it adds to its base; undefined where the base is not known. */
  readonly contentMb: number | undefined;
  /** None when it is what it promises. */
  readonly problems: readonly string[];
}

const SIGTERM_PATIENCE_MS = 10_000;
const KILLED = 137;

/** Sees whether an image is what it promises to be. */
async function checkImage(name: ImageName, reference: string, source: Source): Promise<CheckedImage> {
  const facts = await inspectImage(reference);
  const base = baseOf(facts);
  const contentMb = base === undefined ? undefined : contentMbOf(facts, await inspectImage(base));
  const problems = configurationProblems(facts, source);
  if (name !== 'superset') problems.push(...(await brokenPromises(reference, promisesOfApps[name], contentMb)));
  return { reference, contentMb, problems };
}

async function brokenPromises(reference: string, promises: Promises, contentMb: number | undefined): Promise<string[]> {
  const isTooLarge = contentMb === undefined || contentMb >= promises.contentMb;
  return [
    ...(isTooLarge
      ? [`it adds ${String(contentMb?.toFixed(1))} MB to its base; ${promises.contentMb} are allowed`]
      : []),
    ...(await startProblems(reference)),
    ...(await signalProblems(reference, promises)),
  ];
}

async function startProblems(reference: string): Promise<string[]> {
  try {
    const help = await runConfined(reference, ['--help']);
    return help.startsWith('Usage:') ? [] : [`--help says «${help.slice(0, 80)}»`];
  } catch (error) {
    if (!(error instanceof ProgramFailedError)) throw error;
    return [`it does not start without rights, writable files or other programs: ${error.message}`];
  }
}

async function signalProblems(reference: string, { waiting }: Promises): Promise<string[]> {
  if (waiting === undefined) return [];
  const exitCode = await exitCodeAtSigterm(reference, waiting, SIGTERM_PATIENCE_MS);
  return exitCode === KILLED ? [`it does not end within ${SIGTERM_PATIENCE_MS / 1000} s of SIGTERM`] : [];
}
