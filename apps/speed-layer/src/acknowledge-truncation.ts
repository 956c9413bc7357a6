import { findTruncation, hiddenFrom, lastSeenOf, type OffsetRange, type Truncation } from '@antenna/ingestion';
import {
  loggedCommand,
  optionalSetting,
  ProductError,
  requiredSetting,
  settingsGroup,
  wholeNumber,
} from '@antenna/cli';
import { archiveSettings } from '@antenna/event-archive';
import { kafkaSettings } from '@antenna/event-source';
import { databaseSettings, type HeldPosition } from '@antenna/usage-store';
import { adoptAppeared, existingFiles } from './existing-files.ts';
import { type OperatedStream, operatorName, withOperatedStream } from './operated-stream.ts';
import { comparisonOf, fillCutChunks, seenBelow } from './read-again.ts';

/** The command cannot determine whether or where the log was truncated. */
class TruncationUnclearError extends ProductError {
  readonly code = 'TRUNCATION_UNCLEAR';
}

const truncation = settingsGroup({
  title: 'Truncation',
  fields: {
    partition: requiredSetting({
      name: 'partition',
      description: 'the partition whose log was truncated',
      type: wholeNumber(0, 1_000_000),
    }),
    offset: optionalSetting({
      name: 'offset',
      description:
        'offset at which the broker truncated the log, as it logged it; needed when the command cannot find it',
      type: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    }),
    by: operatorName('who accepts the loss; recorded with it'),
  },
  value: (values) => values,
});

interface Asked {
  readonly partition: number;
  readonly offset: number | undefined;
  readonly by: string;
}

/** Acknowledges that Kafka lost records that were read, and moves the positions back to where the log differs. */
export const acknowledgeTruncation = loggedCommand({
  name: 'acknowledge-truncation',
  description:
    'acknowledges that Kafka lost records of a partition that were read, and moves the positions back to that offset',
  settings: {
    database: databaseSettings,
    kafka: kafkaSettings,
    archive: archiveSettings,
    truncation,
  },
  async run(settings, { log, out }) {
    const text = await withOperatedStream(settings, log, (stream) => acknowledged(stream, settings.truncation));
    out(`${text}\n`);
  },
});

async function acknowledged(stream: OperatedStream, asked: Asked): Promise<string> {
  const { partition } = asked;
  const positions = stream.positions.filter((position) => position.partition === partition);
  const range = (await stream.topic.read()).get(partition);
  if (range === undefined || positions.length === 0) {
    throw new TruncationUnclearError(
      `partition ${partition} cannot be compared: ` +
        (range === undefined ? 'it has no leader, or the topic lacks it' : 'no worker has ever claimed it'),
    );
  }
  const found = await truncationOf(stream, positions, range);
  const text = found === undefined ? undefined : await accept(stream, positions, offsetOf(found, asked), asked);
  // Runs also without a new truncation: an earlier run of the command may have ended before this step.
  await fillCutChunks(stream, partition);
  if (stream.archive !== undefined) await adoptAppeared(stream.abandoned, stream.archive);
  return text ?? `partition ${partition} holds all that was read of it`;
}

async function truncationOf(
  stream: OperatedStream,
  positions: readonly HeldPosition[],
  range: OffsetRange,
): Promise<Truncation> {
  const [{ partition } = { partition: 0 }] = positions;
  const readTo = Math.max(
    ...positions.flatMap(({ nextOffset, openIntent }) => [nextOffset, openIntent?.endOffset ?? 0]),
  );
  refuseHidden(partition, range, readTo);
  const chunks = await stream.records.archivedChunks(partition, range.earliest);
  const readable = lastSeenOf(positions).filter(({ fingerprint }) => fingerprint.offset >= range.earliest);
  const seen = [];
  for (const last of readable) seen.push(await seenBelow(stream.reader, partition, last));
  const log = { ...range, readTo, seen, chunks };
  return findTruncation(log, await comparisonOf(stream, partition, chunks));
}

/** @throws {TruncationUnclearError} when an open transaction hides records that have to be compared. */
function refuseHidden(partition: number, range: OffsetRange, readTo: number): void {
  const offset = hiddenFrom(range, readTo);
  if (offset === undefined) return;
  throw new TruncationUnclearError(
    `partition ${partition} cannot be compared: a transaction is open since offset ${offset}, and hides the records ` +
      `from there on that were read; wait until it ends, or end it (kafka-transactions.sh), and run this again`,
  );
}

function offsetOf({ from, to }: NonNullable<Truncation>, { partition, offset }: Asked): number {
  if (offset === undefined && from === to) return from;
  if (offset !== undefined && offset >= from && offset <= to) return offset;
  const bounds = from === to ? `at offset ${from}` : `between offsets ${from} and ${to}`;
  throw new TruncationUnclearError(
    offset === undefined
      ? `the log of partition ${partition} was truncated ${bounds}, and the stored data does not show where: the broker ` +
          `that leads the partition now has logged it («Truncating partition … to offset»); run this again with --offset`
      : `--offset=${offset}: the log of partition ${partition} was truncated ${bounds}, as the stored data shows`,
  );
}

async function accept(
  { records, archive }: OperatedStream,
  positions: readonly HeldPosition[],
  offset: number,
  { partition, by }: Asked,
): Promise<string> {
  const intent = positions.find(({ openIntent }) => openIntent !== undefined)?.openIntent;
  const isCut = intent !== undefined && intent.endOffset > offset;
  const files = isCut && archive !== undefined ? await existingFiles(archive, intent.paths) : [];
  const moved = positions.filter(({ nextOffset }) => nextOffset > offset);
  const lines = moved.map(
    ({ sink, nextOffset }) => `${sink}, partition ${partition}: back from ${nextOffset} to ${offset}`,
  );
  const detail = [...lines, ...(isCut ? [`a chunk up to ${intent.endOffset} was being written`] : [])].join('; ');
  const truncated = { partition, offset, positions, files, acknowledgedBy: by, detail };
  const generation = await records.acknowledgeTruncation(truncated);
  return [...lines, `generation ${generation} of partition ${partition} begins at offset ${offset}`].join('\n');
}
