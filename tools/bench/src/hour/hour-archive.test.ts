import { rm } from 'node:fs/promises';
import { verifyArchive } from '../workload/verify.ts';
import { FROM_MS } from '../workload/workload.ts';
import { hourArchive } from './hour-archive.ts';
import { HOUR_MS, hourTruth } from './hour-truth.ts';

describe('a written hour', () => {
  it('holds the events that its truth is about', async () => {
    const facts = { events: 5_003, users: 70, files: 3 };
    const archive = await hourArchive(facts, () => undefined);
    try {
      await expect(verifyArchive(archive, hourTruth(facts), FROM_MS + HOUR_MS)).resolves.toBeUndefined();
    } finally {
      await rm(archive, { recursive: true });
    }
  });
});
