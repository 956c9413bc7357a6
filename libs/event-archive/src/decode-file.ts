import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { EventColumns } from '@antenna/archive-format';
import type { StoredFile } from '@antenna/ingestion';
import { joinColumns } from './join-columns.ts';
import { inOffsetOrder } from './offset-order.ts';
import { rowGroups } from './row-groups.ts';

export interface DecodedFile {
  readonly file: StoredFile;
  readonly rows: EventColumns;
}

/** A whole file with its rows in offset order. The checksum is that of the decoded bytes. */
export async function decodeFile(path: string): Promise<DecodedFile> {
  const bytes = await readFile(path);
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const groups: EventColumns[] = [];
  for await (const group of rowGroups(bytes)) groups.push(group);
  const [first, ...others] = groups;
  if (first === undefined) throw new TypeError('it has no rows');
  return { file: { sizeBytes: bytes.byteLength, checksum }, rows: inOffsetOrder(joinColumns([first, ...others])) };
}
