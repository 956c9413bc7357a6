import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, isProven, proofText, proveServices, type Truth } from '@antenna/oracle';
import { CheckFailedError } from '../check-list.ts';
import { forwardPort } from './port-forward.ts';

/** Of the local overlay, which is for nothing but one machine. */
const PASSWORD = 'local-admin';
/** The address that the local overlay's broker advertises on its second listener. */
const OUTSIDE = 9094;

/** Which comparisons are of interest. */
export type OfInterest = (check: Check) => boolean;

/**
 * Compares all that the workers have left (totals, dead letters, archive, manifest, hours) with the truth, row by row.
 * @returns how many rows were compared.
 * @throws {CheckFailedError} with the differences.
 */
export async function requireProof(namespace: string, truth: Truth, ofInterest: OfInterest) {
  const checks = (await compared(namespace, truth)).filter(ofInterest);
  if (!isProven(checks)) throw new CheckFailedError(proofText(checks.filter((check) => !isProven([check]))));
  const rows = checks.reduce((sum, check) => sum + check.rows, 0);
  return `${checks.length} comparisons, ${rows} rows, no difference`;
}

async function compared(namespace: string, truth: Truth): Promise<readonly Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-check-archive-'));
  const forwards = await Promise.all([
    forwardPort({ namespace, name: 'service/postgres', port: 5432 }),
    forwardPort({ namespace, name: 'service/gcs', port: 4443 }),
    forwardPort({ namespace, name: 'pod/kafka-0', port: OUTSIDE, localPort: OUTSIDE }),
  ]);
  try {
    const [postgres, gcs, kafka] = forwards;
    const addresses = {
      databaseUrl: `postgresql://postgres:${PASSWORD}@127.0.0.1:${postgres.localPort}/antenna`,
      brokers: `127.0.0.1:${kafka.localPort}`,
      gcs: `http://127.0.0.1:${gcs.localPort}`,
    };
    return await proveServices(truth, addresses, folder);
  } finally {
    await Promise.all(forwards.map((forward) => forward.close()));
    await rm(folder, { recursive: true });
  }
}
