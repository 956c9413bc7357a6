import type { HourCommit, HourManifest, HourPorts, HourPreview, HourTotals, ListedFile } from '../ports.ts';
import { aFile, aManifest, someTotals } from './an-hour.ts';

interface Scripted {
  /** Successive readings of the manifest; the last one is repeated. */
  readonly readings?: readonly HourManifest[];
  readonly listed?: readonly ListedFile[];
  readonly totals?: HourTotals;
  /** Error of the layout check of a foreign archive. */
  readonly layoutError?: Error;
  /** Errors of the first commits. */
  readonly commitErrors?: readonly Error[];
}

/** Ports with scripted answers, which record their calls and commits. */
export function fakePorts({ readings = [aManifest()], listed = [aFile()], ...script }: Scripted = {}) {
  const calls: string[] = [];
  const commits: HourCommit[] = [];
  const waiting = [...readings];
  const errors = [...(script.commitErrors ?? [])];
  const ports: HourPorts = {
    store: {
      readManifest: () => {
        calls.push('manifest');
        return Promise.resolve((waiting.length > 1 ? waiting.shift() : waiting[0]) ?? aManifest());
      },
      statuses: () => Promise.reject(new Error('unexpected call of statuses')),
      commit: (commit) => {
        calls.push('commit');
        const error = errors.shift();
        if (error !== undefined) return Promise.reject(error);
        commits.push(commit);
        return Promise.resolve({
          usersOverQuota: 1,
          usersWithoutMetadata: 0,
          correctedRows: 0,
          certificate: undefined,
        });
      },
      preview: () => {
        calls.push('preview');
        return Promise.resolve(A_PREVIEW);
      },
    },
    folder: {
      list: () => {
        calls.push('list');
        return Promise.resolve(listed);
      },
      checkForeignLayout: () => {
        calls.push('check layout');
        return script.layoutError === undefined ? Promise.resolve() : Promise.reject(script.layoutError);
      },
    },
    engine: {
      name: 'fake',
      aggregate: () => {
        calls.push('aggregate');
        return Promise.resolve(script.totals ?? someTotals());
      },
    },
  };
  return { ports, calls, commits };
}

const A_PREVIEW: HourPreview = {
  usersOverQuota: 1,
  usersWithoutMetadata: 0,
  replacedHourlyRows: 0,
  replacedOverQuotaRows: 0,
  overQuota: [{ email: 'ana@gmail.com', usage: 5n, quota: 4n }],
};
