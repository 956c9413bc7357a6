import { X509Certificate } from 'node:crypto';
import { certificateAuthority } from './certificates.ts';
import { stat, writeFile } from 'node:fs/promises';
import { temporaryFolder } from './archive-places.ts';
import { until, within } from './until.ts';

describe('an authority of a test', () => {
  it('vouches for servers by the names that they were given', () => {
    const authority = certificateAuthority();
    const own = new X509Certificate(authority.certificate);
    const server = new X509Certificate(authority.issue('localhost', '127.0.0.1').chain);
    expect(server.verify(own.publicKey)).toBe(true);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkHost('elsewhere')).toBeUndefined();
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('does not vouch for those of another', () => {
    const other = new X509Certificate(certificateAuthority().certificate);
    expect(new X509Certificate(certificateAuthority().issue('localhost').chain).verify(other.publicKey)).toBe(false);
  });
});

describe('a temporary folder', () => {
  it('is there until it is closed', async () => {
    const folder = await temporaryFolder();
    await writeFile(`${folder.path}/file`, 'text');
    await folder.close();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });
});

describe('waiting for a condition', () => {
  it('ends with the first answer', async () => {
    let asked = 0;
    expect(await until(() => ++asked === 3 && `asked ${asked} times`, { what: 'third time' })).toBe('asked 3 times');
  });

  it('ends at once when the condition itself fails', async () => {
    const broken = until(() => Promise.reject(new Error('broken')), { what: 'answer' });
    await expect(broken).rejects.toThrow('broken');
  });

  it('fails with what did not come', async () => {
    await expect(until(() => false, { what: 'miracle', deadlineMs: 1 })).rejects.toThrow('no miracle within 1 ms');
  });

  it('ends without an answer at the deadline where none has to come', async () => {
    let asked = 0;
    const answer = await within(
      5,
      () => {
        asked += 1;
        return null;
      },
      1,
    );
    expect(answer).toBeUndefined();
    expect(asked).toBeGreaterThan(1);
  });
});
