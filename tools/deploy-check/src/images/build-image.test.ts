import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { sourceOf, withCommittedSource } from './build-image.ts';

describe('the source of an image', () => {
  it('is of a version, a commit and the time of the commit', async () => {
    expect(await sourceOf(checkout)).toEqual({
      folder: checkout,
      // A tag, how many commits ago it was, and the commit; or the commit alone.
      version: expect.stringMatching(/^[\w.-]+$/) as string,
      revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) as string,
    });
  });

  it('is what was committed and nothing that was installed, for as long as it is needed', async () => {
    const folder = await withCommittedSource(checkout, (source) => {
      expect(source.version).not.toMatch(/dirty/);
      expect(existsSync(join(source.folder, 'package-lock.json'))).toBe(true);
      expect(existsSync(join(source.folder, 'node_modules'))).toBe(false);
      return Promise.resolve(source.folder);
    });
    expect(existsSync(folder)).toBe(false);
  });
});
