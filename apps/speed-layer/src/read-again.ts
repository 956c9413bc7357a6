import { decode, EventInterners, type UsageEvent } from '@antenna/event-schema';
import type { ParquetArchive } from '@antenna/event-archive';
import type { TopicReader } from '@antenna/event-source';
import {
  archivePath,
  ERASED_ID,
  type EventColumns,
  EventsByHour,
  eventsIn,
  parseArchivePath,
} from '@antenna/archive-format';
import { type CompareEvents, fingerprintOf, type LastSeen, type SeenRecord } from '@antenna/ingestion';
import { hourOf } from '@antenna/windowing';
import type { ArchivedChunk, CutChunk } from '@antenna/usage-store';
import { existingFile } from './existing-files.ts';
import type { OperatedStream } from './operated-stream.ts';

/**
 * Reads a partition from the last record that was seen below a position up to that position: whether the topic still
 * holds this record, and the first record after it, where none was seen.
 */
export async function seenBelow(
  reader: TopicReader,
  partition: number,
  { fingerprint: { offset, hash }, position }: LastSeen,
): Promise<SeenRecord> {
  let isThere = false;
  let unseen: number | undefined;
  await reader.read({ partition, firstOffset: offset, lastOffset: position - 1 }, (record) => {
    if (record.offset === offset) isThere = fingerprintOf(record).hash === hash;
    else unseen = record.offset;
    return unseen === undefined;
  });
  return { offset, isThere, unseen };
}

/**
 * Compares a chunk with the log: reads its events from the archive, and the events that the topic has at these offsets
 * now. Events of the hours whose files were given up are left out: the archive lacks them whatever the log holds.
 */
export async function comparisonOf(
  { reader, archive, abandoned }: OperatedStream,
  partition: number,
  chunks: readonly ArchivedChunk[],
): Promise<CompareEvents> {
  const givenUp = (await abandoned.paths()).flatMap((path) => parseArchivePath(path) ?? []);
  return async (chunk, from, to) => {
    // The files of a chunk differ only in their hours. A chunk of another generation may begin at the same offset.
    const [first = ''] = chunks[chunk]?.paths ?? [];
    const { hourMs = 0 } = parseArchivePath(first) ?? {};
    const missing = givenUp.filter((file) => archivePath({ ...file, hourMs }) === first);
    const isMissing = ({ eventTimeMs }: UsageEvent) => missing.some(({ hourMs }) => hourMs === hourOf(eventTimeMs));
    const archived = new Map<number, UsageEvent>();
    for (const path of chunks[chunk]?.paths ?? []) await addArchived(archive, path, archived);
    for (const offset of archived.keys()) if (offset < from || offset >= to) archived.delete(offset);
    const held = new Map<number, string>();
    await readEvents(reader, { partition, from, to }, (offset, event) => {
      if (!isMissing(event)) held.set(offset, textOf(asArchived(event, archived.get(offset))));
    });
    return { archived: new Map([...archived].map(([offset, event]) => [offset, textOf(event)])), held };
  };
}

/**
 * Creates the missing files of intents that a truncation cut, from the records that the topic still has, and adds them
 * to the manifest. The position is past the chunk, so no worker archives these records, and no hour is final before
 * this has ended. It can be ended at any instruction and run again.
 */
export async function fillCutChunks(
  { records, abandoned, archive, reader }: OperatedStream,
  partition: number,
): Promise<void> {
  if (archive === undefined) return;
  for (const chunk of await records.cutChunks(partition)) {
    const hours = await readableHours(reader, partition, chunk);
    for (const path of chunk.paths) {
      const rows = hours.get(parseArchivePath(path)?.hourMs ?? -1);
      if (rows !== undefined) await archive.create(path, rows);
      const file = await existingFile(archive, path);
      if (file === undefined) await records.noteNothingReadable(path);
      else await abandoned.adopt(file);
    }
  }
}

async function readableHours(
  reader: TopicReader,
  partition: number,
  chunk: CutChunk,
): Promise<ReadonlyMap<number, EventColumns>> {
  const events = new EventsByHour(partition);
  const interners = new EventInterners();
  const { startOffset: from, readableEnd: to } = chunk;
  await readEvents(reader, { partition, from, to }, (offset, event) => {
    events.append(offset, interners.intern(event));
  });
  return events.takeAll();
}

async function readEvents(
  reader: TopicReader,
  { partition, from, to }: { readonly partition: number; readonly from: number; readonly to: number },
  each: (offset: number, event: UsageEvent) => unknown,
): Promise<void> {
  if (to <= from) return;
  await reader.read({ partition, firstOffset: from, lastOffset: to - 1 }, ({ offset, value, timestampMs }) => {
    const decoded = decode(value, timestampMs);
    if (decoded.ok) each(offset, decoded.event);
    return true;
  });
}

async function addArchived(
  archive: ParquetArchive | undefined,
  path: string,
  archived: Map<number, UsageEvent>,
): Promise<void> {
  if (archive === undefined) return;
  const { rows } = await archive.read(path);
  for (const event of eventsIn(rows)) archived.set(event.offset, event);
}

/** The log still has the ids of persons that were erased from the archive: that is no difference. */
function asArchived(event: UsageEvent, archived: UsageEvent | undefined): UsageEvent {
  return archived?.id === ERASED_ID ? { ...event, id: ERASED_ID } : event;
}

function textOf({ eventTimeMs, id, antennaId, bytes, app }: UsageEvent): string {
  return JSON.stringify([eventTimeMs, id, antennaId, bytes, app]);
}
