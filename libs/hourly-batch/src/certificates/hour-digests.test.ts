import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from './certificate.ts';
import { HourDigests } from './hour-digests.ts';

describe('canonical JSON', () => {
  it('is that of an independent implementation of RFC 8785', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
  });
});

describe('the digest of the rows of a type', () => {
  const row = { antennaId: 'antenna', app: 'SKYPE', eventTimeMs: 0, partition: 0, offset: 0 };

  it('is over the ids in the order of their UTF-8 and the sums of their bytes', () => {
    const ids = ['b', 'a', '\u{10000}', '\uffee', '\ud7ff', 'é', '', 'ab'];
    const digests = new HourDigests();
    for (const id of [...ids, 'a']) digests.add({ ...row, id, bytes: 5 });
    const sorted = ids.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const columns = canonicalize([sorted, sorted.map((id) => (id === 'a' ? '10' : '5'))]) ?? '';
    expect(digests.digests().user_total_bytes).toEqual({
      rows: 8,
      sha256: createHash('sha256').update(columns).digest('hex'),
    });
  });

  it('adds sums beyond 2^53 exactly', () => {
    const digests = new HourDigests();
    for (const bytes of [Number.MAX_SAFE_INTEGER, 2]) digests.add({ ...row, id: 'ana', bytes });
    const sha256 = createHash('sha256').update('[["ana"],["9007199254740993"]]').digest('hex');
    expect(digests.digests().user_total_bytes).toEqual({ rows: 1, sha256 });
  });
});
