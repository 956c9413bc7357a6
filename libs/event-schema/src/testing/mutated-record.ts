import fc from 'fast-check';

/** Records of which some bytes are replaced by bytes of another record or by random bytes. */
export function mutatedRecord(record: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(record, fc.oneof(record, fc.uint8Array({ maxLength: 8 })), fc.nat(), fc.nat(12), fc.nat())
    .map(([value, other, at, length, from]) => {
      const start = at % (value.length + 1);
      const insert = other.subarray(from % (other.length + 1)).subarray(0, length);
      return Uint8Array.from([...value.subarray(0, start), ...insert, ...value.subarray(start + (from % 5))]);
    });
}
