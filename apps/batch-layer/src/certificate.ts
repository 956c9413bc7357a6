import {
  formatReport,
  loggedCommand,
  numberText,
  type OutputFormat,
  outputSettings,
  plainColumn,
  ProductError,
  type ReportColumns,
} from '@antenna/cli';
import { databaseSettings } from '@antenna/usage-store';
import {
  type Certificate,
  type CertificateStore,
  checkChain,
  type CheckedChain,
  type CurrentCertificate,
  hourText,
  parseCertificate,
} from '@antenna/hourly-batch';
import { hourOrChain } from './hour-selection.ts';
import { withStores } from './open-store.ts';

/** Prints the certificate of an hour, or checks the whole chain. */
export const certificate = loggedCommand({
  name: 'certificate',
  description: 'prints the certificate of a final hour (--output=json: its exact bytes), or checks the chain of all',
  settings: { selected: hourOrChain, output: outputSettings, database: databaseSettings },
  async run({ selected, output, database }, { log, out }) {
    await withStores(database, { archiveUrl: undefined, log }, async ({ certificates: store }) => {
      if (selected !== 'chain') {
        out(await certificateText(store, selected, output));
        return;
      }
      const chain = await checkChain(store.all(), await store.head());
      out(formatReport({ columns: chainColumns, rows: [chain], below: chain.problems }, output));
      refuseProblems(chain);
    });
  },
});

/** The hour has no certificate. */
class NoCertificateError extends ProductError {
  readonly code = 'NO_CERTIFICATE';
}

/** The chain of certificates has a hash or a link that does not hold. */
class ChainBrokenError extends ProductError {
  readonly code = 'CERTIFICATE_CHAIN_BROKEN';
}

/** @throws {NoCertificateError} when the hour has none. */
async function certificateText(store: CertificateStore, hourMs: number, output: OutputFormat): Promise<string> {
  const stored = await store.ofHour(hourMs);
  if (stored === undefined) {
    throw new NoCertificateError(
      `hour ${hourText(hourMs)} has no certificate: no run has computed it as final from an archive with a manifest; ` +
        'batch-layer:status shows whether it is final; compute it with batch-layer:run',
    );
  }
  if (output === 'json') return stored.content;
  const content = parseCertificate(stored.content);
  return formatReport({ columns: certificateColumns, rows: [content], below: remarks(stored, content) }, output);
}

function remarks({ isCurrent, isErasedSince }: CurrentCertificate, { files }: Certificate): readonly string[] {
  const erased = files.reduce((sum, { erasedEvents = 0 }) => sum + erasedEvents, 0);
  return [
    ...(isCurrent
      ? []
      : ['the tables hold the result of a later run of the hour while it was not final: see batch-layer:corrections']),
    ...(isErasedSince ? ['a person was erased from the hour since: batch-layer:run --due certifies what is left'] : []),
    ...(erased > 0 ? [`${numberText(erased)} events are of erased persons: their bytes have no id any more`] : []),
  ];
}

function refuseProblems({ problems }: CheckedChain): void {
  if (problems.length === 0) return;
  throw new ChainBrokenError(
    `the chain of certificates is broken in ${problems.length} places: ${problems.join('; ')}`,
  );
}

const certificateColumns: ReportColumns<Certificate> = {
  number: plainColumn(({ number }) => number),
  hour: plainColumn(({ hour }) => hour.slice(0, 'yyyy-mm-ddThh'.length)),
  revision: plainColumn(({ revision }) => revision),
  final_at: plainColumn(({ finalAt }) => finalAt),
  computed_at: plainColumn(({ run }) => run.computedAt),
  files: plainColumn(({ files }) => files.length),
  events: plainColumn(({ events }) => events),
  bytes: plainColumn(({ eventBytes }) => eventBytes),
  users_over_quota: plainColumn(({ quota }) => quota.usersOverQuota),
  replaces: plainColumn(({ replaces }) => replaces?.number),
  hash: plainColumn(({ hash }) => hash),
};

const chainColumns: ReportColumns<CheckedChain> = {
  certificates: plainColumn(({ certificates }) => certificates),
  newest: plainColumn(({ head }) => head.number),
  newest_hash: plainColumn(({ head }) => head.hash),
  final_hours_without: plainColumn(({ head }) => head.finalHoursWithout),
  problems: plainColumn(({ problems }) => problems.length),
};
