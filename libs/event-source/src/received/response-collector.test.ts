import fc from 'fast-check';
import { ResponseCollector } from './response-collector.ts';
import { freeResponse } from './response-memory.ts';

/** As a broker sends it: the length, then the content. */
function response(content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** What a collector makes of these pieces, all received into the same memory as a socket that reuses it. */
function collected(pieces: readonly Buffer[]): { readonly responses: readonly Buffer[]; readonly unreadBytes: number } {
  const collector = new ResponseCollector();
  const responses: Buffer[] = [];
  const memory = Buffer.alloc(Math.max(1, ...pieces.map(({ length }) => length)));
  for (const piece of pieces) {
    piece.copy(memory);
    responses.push(...collector.add(memory.subarray(0, piece.length)));
    memory.fill(0xff);
  }
  return { responses, unreadBytes: collector.unreadBytes };
}

/** Cuts bytes into pieces of these lengths, and a last one of the rest. */
function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const ends = lengths.reduce<number[]>(
    (all, length) => [...all, Math.min(bytes.length, (all.at(-1) ?? 0) + length)],
    [],
  );
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('the responses of a connection', () => {
  it('are the same, however the network cuts them into pieces', () => {
    const contents = fc.array(
      fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 5_000, maxLength: 9_000 })),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(contents, fc.array(fc.oneof(fc.nat(8), fc.nat(6_000)), { maxLength: 30 }), (sent, lengths) => {
        const all = Buffer.concat(sent.map((content) => response(content)));
        const { responses, unreadBytes } = collected(cut(all, lengths));
        expect(responses).toEqual(sent.map((content) => response(content)));
        expect(unreadBytes).toBe(0);
      }),
    );
  });

  it('are handed over when they are complete, and the bytes of the next one wait for the rest of it', () => {
    const next = response(Buffer.from('of the next one'));
    const { responses, unreadBytes } = collected([
      Buffer.concat([response(Buffer.from('first')), next.subarray(0, 6)]),
    ]);
    expect(responses).toEqual([response(Buffer.from('first'))]);
    expect(unreadBytes).toBe(6);
  });

  it('take no memory for what a server only announces', () => {
    const announced = Buffer.alloc(4);
    announced.writeInt32BE(2 ** 31 - 1);
    const before = process.memoryUsage().arrayBuffers;
    const { responses, unreadBytes } = collected([announced]);
    expect(responses).toEqual([]);
    expect(unreadBytes).toBe(4);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26);
  });

  it('are read to the end also when they are larger than what is reserved at first', () => {
    const content = Buffer.alloc(2 ** 25 + 2 ** 20, 'antenna');
    const { responses } = collected(
      cut(
        response(content),
        Array.from({ length: 40 }, () => 2 ** 20),
      ),
    );
    expect(responses).toHaveLength(1);
    expect(responses[0]?.subarray(4).equals(content)).toBe(true);
  });

  it('can be freed before the garbage collector sees them, but not those that share memory with others', () => {
    const { responses } = collected([response(Buffer.alloc(5_000, 1)), response(Buffer.alloc(50, 2))]);
    for (const each of responses) freeResponse(each.subarray(10));
    expect(responses.map(({ length }) => length)).toEqual([0, 54]);
  });
});
