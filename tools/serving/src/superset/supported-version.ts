import { ProductError } from '@antenna/cli';
import * as z from 'zod';
import { answerOf, SupersetUnreachableError } from './answer.ts';
import { fetchOnce } from './fetch-once.ts';
import { unreachable } from './superset-client.ts';

/** The Superset is of a version that the bundle is not written for. */
class SupersetVersionError extends ProductError {
  readonly code = 'SUPERSET_VERSION';
}

/** The series that the bundle is written for: its charts use parameters that others do not have. */
export const supportedSeries = '6.1';

const versionAnswer = z.object({ version_string: z.string() });

/**
 * @throws {SupersetVersionError}
 * @throws {SupersetUnreachableError}
 */
export async function requireSupportedVersion(url: URL): Promise<void> {
  const request = { signal: AbortSignal.timeout(60_000) };
  const response = await fetchOnce(new URL('version', withSlash(url)), request).catch((error: unknown) => {
    throw unreachable(url.href, error);
  });
  const found = versionAnswer.safeParse((await answerOf(response)).json);
  if (!found.success) {
    throw new SupersetUnreachableError(
      `what answers at ${url.href} is no Superset ${supportedSeries} (no version at /version); check --url`,
    );
  }
  const { version_string } = found.data;
  if (version_string === supportedSeries || version_string.startsWith(`${supportedSeries}.`)) return;
  throw new SupersetVersionError(
    `the Superset at ${url.href} is ${version_string}, the dashboards are written for ${supportedSeries}; ` +
      `import into a Superset ${supportedSeries} (deploy/superset/requirements.txt pins one)`,
  );
}

function withSlash(url: URL): string {
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
