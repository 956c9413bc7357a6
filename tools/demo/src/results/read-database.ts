import { openDatabase } from '@antenna/usage-store';
import * as z from 'zod';
import {
  selectDeadLetterRanges,
  selectDeadLetters,
  selectHours,
  selectManifest,
  selectOpenIntents,
  selectOverQuota,
  selectUsers,
  selectWindows,
} from './database.sql.ts';
import type { DatabaseResults } from './demo-results.ts';

const bigint = z.string().transform(BigInt);
const totalsRow = z.object({ timestampMs: z.number(), type: z.string(), id: z.string(), value: bigint });
const quotaRow = z.object({ timestampMs: z.number(), email: z.string().nullable(), usage: bigint, quota: bigint });
const userRow = z.object({
  id: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  quota: bigint.nullable(),
});
const position = z.object({ partition: z.number(), offset: z.number() });
const deadLetterRow = position.extend({ reason: z.string() });
const deadLetterRangeRow = z.object({
  partition: z.number(),
  reason: z.string(),
  firstOffset: z.number(),
  lastOffset: z.number(),
  records: z.number(),
});
const fileRow = z.object({ path: z.string(), rows: bigint });

/** Reads what the workers left of this topic. */
export async function readDatabase(url: string, topic: string): Promise<DatabaseResults> {
  const database = openDatabase({ url }, { applicationName: 'demo' });
  async function rows<T>(sql: string, row: z.ZodType<T>, ...parameters: string[]): Promise<T[]> {
    const { rows: found } = await database.raw<{ rows: unknown }>(sql, parameters);
    return z.array(row).parse(found);
  }
  try {
    return {
      users: await rows(selectUsers, userRow),
      windows: await rows(selectWindows, totalsRow),
      hours: await rows(selectHours, totalsRow),
      overQuota: await rows(selectOverQuota, quotaRow),
      deadLetters: await rows(selectDeadLetters, deadLetterRow, topic),
      deadLetterRanges: await rows(selectDeadLetterRanges, deadLetterRangeRow, topic),
      manifest: await rows(selectManifest, fileRow, topic),
      openIntents: await rows(selectOpenIntents, position, topic),
    };
  } finally {
    await database.destroy();
  }
}
