import type { BuiltImage } from '../build/build-image.ts';
import type { Source } from '../build/source.ts';
import { CheckFailedError } from '../errors.ts';
import { type CheckedImage, checkImage } from './check-image.ts';

/**
 * Sees whether images are what they promise to be, and tells of each.
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
