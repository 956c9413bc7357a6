/** A value of Thrift's compact protocol, as far as Parquet's metadata needs it. Numbers are integers in [0, 2^53). */
export type ThriftValue =
  | { readonly kind: 'int32' | 'int64'; readonly value: number }
  | { readonly kind: 'true' }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'list'; readonly items: readonly ThriftValue[] }
  | { readonly kind: 'struct'; readonly fields: ThriftFields };

/** By field id. An undefined field is left out. */
export type ThriftFields = Readonly<Record<number, ThriftValue | undefined>>;

export const yes: ThriftValue = { kind: 'true' };
export const int32 = (value: number): ThriftValue => ({ kind: 'int32', value });
export const int64 = (value: number): ThriftValue => ({ kind: 'int64', value });
export const binary = (bytes: Uint8Array): ThriftValue => ({ kind: 'binary', bytes });
export const text = (value: string): ThriftValue => binary(Buffer.from(value));
export const list = (items: readonly ThriftValue[]): ThriftValue => ({ kind: 'list', items });
export const struct = (fields: ThriftFields): ThriftValue => ({ kind: 'struct', fields });

/** Type codes of the compact protocol. The code of a boolean field contains its value. */
const TYPE_CODES = { true: 1, int32: 5, int64: 6, binary: 8, list: 9, struct: 12 } as const;
/** The length of a shorter list is written in the same byte as the type of its elements. */
const LONG_LIST = 15;

/** The bytes of a struct, by Thrift's compact protocol. */
export function thriftBytes(fields: ThriftFields): Buffer {
  const out: number[] = [];
  appendStruct(out, fields);
  return Buffer.from(out);
}

/** An unsigned number of any size up to 2^54, seven bits a byte, lowest first. */
function appendVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  out.push(rest);
}

function append(out: number[], value: ThriftValue): void {
  switch (value.kind) {
    case 'true':
      return;
    case 'int32':
    case 'int64':
      // Signed numbers alternate (0, -1, 1, …), and none is negative here.
      appendVarint(out, value.value * 2);
      return;
    case 'binary':
      appendVarint(out, value.bytes.length);
      out.push(...value.bytes);
      return;
    case 'list':
      appendList(out, value.items);
      return;
    case 'struct':
      appendStruct(out, value.fields);
  }
}

function appendList(out: number[], items: readonly ThriftValue[]): void {
  const type = TYPE_CODES[items[0]?.kind ?? 'struct'];
  if (items.length < LONG_LIST) out.push(items.length * 16 + type);
  else {
    out.push(LONG_LIST * 16 + type);
    appendVarint(out, items.length);
  }
  for (const item of items) append(out, item);
}

/** Fields are in ascending order, since JavaScript has the integer keys of an object in that order. */
function appendStruct(out: number[], fields: ThriftFields): void {
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const id = Number(key);
    out.push((id - last) * 16 + TYPE_CODES[value.kind]);
    append(out, value);
    last = id;
  }
  out.push(0);
}
