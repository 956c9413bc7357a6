import { type ImageName, type Promises, promisesOfApps } from '../image.ts';
import type { Source } from '../build/source.ts';
import { ProgramFailedError } from '../errors.ts';
import { exitCodeAtSigterm, runConfined } from './confined-run.ts';
import { baseOf, configurationProblems, contentMbOf } from './configuration-problems.ts';
import { inspectImage } from './inspect-image.ts';

export interface CheckedImage {
  readonly reference: string;
  /** What it adds to its base; undefined where the base is not known. */
  readonly contentMb: number | undefined;
  /** None when it is what it promises. */
  readonly problems: readonly string[];
}

const SIGTERM_PATIENCE_MS = 10_000;
const KILLED = 137;

/** Sees whether an image is what it promises to be. */
export async function checkImage(name: ImageName, reference: string, source: Source): Promise<CheckedImage> {
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
