import { binary, int32, int64, list, struct, text, thriftBytes, yes } from './thrift.ts';

// Expected bytes by https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const bytesOf = (...parts: Parameters<typeof thriftBytes>): number[] => [...thriftBytes(...parts)];

describe('the compact protocol of Thrift', () => {
  it('writes each field as the distance from the field before and its type, and ends a struct with a zero', () => {
    expect(bytesOf({ 1: int32(1), 4: int64(150), 5: yes, 7: undefined, 8: text('ab') })).toEqual([
      ...[0x15, 0x02],
      ...[0x36, 0xac, 0x02],
      0x11,
      ...[0x38, 0x02, 0x61, 0x62],
      0x00,
    ]);
  });

  it('writes a number of more than 32 bits whole', () => {
    expect(bytesOf({ 1: int64(2 ** 53 - 1) })).toEqual([0x16, 0xfe, ...Array<number>(6).fill(0xff), 0x1f, 0x00]);
  });

  it('writes the length of a list beside the type of its elements, or behind it from fifteen on', () => {
    expect(bytesOf({ 1: list([int32(0), int32(8)]) })).toEqual([0x19, 0x25, 0x00, 0x10, 0x00]);
    const many = list(Array.from({ length: 15 }, () => struct({})));
    expect(bytesOf({ 1: many })).toEqual([0x19, 0xfc, 15, ...Array<number>(15).fill(0), 0x00]);
  });

  it('writes bytes behind their number', () => {
    expect(bytesOf({ 2: binary(Uint8Array.of(9, 8)) })).toEqual([0x28, 0x02, 9, 8, 0x00]);
  });
});
