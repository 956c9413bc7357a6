import { join } from 'node:path';
import { execa } from 'execa';
import { fetched } from '../process/fetched.ts';
import { requireProgram } from '../process/required-program.ts';
import type { Report } from '../report.ts';

const version = '1.56.1';
const source = `github.com/fsouza/fake-gcs-server@v${version}`;
const purpose =
  'it builds the GCS server; or go without (--without=gcs), or use one of yours: TEST_GCS_URL for the tests';

/** The program, built by Go once per version. */
export async function gcsProgram(report: Report): Promise<string> {
  const folder = await fetched(`fake-gcs-server-${version}`, async (target) => {
    // From 1.21 on, Go fetches the newer Go that a program asks for.
    const wanted = { version: /go1\.(\d+)/, series: '1.', atLeast: 21 };
    await requireProgram({ name: 'Go', file: 'go', args: ['version'], ...wanted, purpose });
    report(`gcs: building fake-gcs-server ${version} with Go (minutes the first time, once)`);
    await execa('go', ['install', source], { all: true, stdin: 'ignore', env: { GOBIN: target } });
  });
  return join(folder, 'fake-gcs-server');
}
