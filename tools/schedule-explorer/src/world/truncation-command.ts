import { type EventColumns, EventsByHour, eventsIn, parseArchivePath } from '@antenna/archive-format';
import { EventInterners } from '@antenna/event-schema';
import { fingerprintOf, lastSeenOf, type OffsetRange, type SeenRecord } from '@antenna/ingestion';
import type { HeldPosition } from '@antenna/usage-store';
import type { Ledger } from '../checker/ledger.ts';
import { Violation } from '../checker/violation.ts';
import type { Core } from './core.ts';
import { hourFolder, type KnownEvent } from './known-record.ts';
import { PassingFailure } from './pending-calls.ts';
import type { SimulatedArchive } from './simulated-archive.ts';
import type { LoggedRecord } from './simulated-log.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { SimulatedPartition } from './simulated-topic.ts';

export interface TruncationParts {
  readonly core: Pick<Core, 'findTruncation' | 'hiddenFrom'>;
  readonly store: SimulatedStore;
  readonly archive: SimulatedArchive;
  /** Gives the offset of a truncation, which the log of a real broker names, and checks the hours that are final. */
  readonly ledger: Pick<Ledger, 'lostFrom' | 'countedHours' | 'hourIsFinal'>;
  readonly call: <T>(name: string, operation: () => T) => Promise<T>;
}

/** The command acknowledge-truncation, as apps/speed-layer/src/acknowledge-truncation.ts has it. */
export class TruncationCommand {
  readonly #parts: TruncationParts;

  constructor(parts: TruncationParts) {
    this.#parts = parts;
  }

  /** @returns false when it refuses because the log cannot be compared now: it has to be run again. */
  async run(partition: SimulatedPartition): Promise<boolean> {
    const { core, store, call } = this.#parts;
    const all = await call('held positions', () => store.lost.heldPositions());
    const positions = all.filter((position) => position.partition === partition.number);
    if (positions.length === 0) return true;
    const range = await call('offsets', () => partition.range);
    if (range === undefined || core.hiddenFrom(range, readEndOf(positions)) !== undefined) return false;
    const offset = await this.#offsetOf(partition, positions, range);
    if (offset !== undefined) await this.#accept(partition, positions, offset);
    await this.#fillCutChunks(partition);
    return true;
  }

  /** The offset of the truncation, as the command finds it; where that is not certain, as the broker has logged it. */
  async #offsetOf(
    partition: SimulatedPartition,
    positions: readonly HeldPosition[],
    range: OffsetRange,
  ): Promise<number | undefined> {
    const { earliest } = range;
    const { core, store, archive, call } = this.#parts;
    const { number } = partition;
    const chunks = await call('archived chunks', () => store.lost.archivedChunks(number, earliest));
    const seen: SeenRecord[] = [];
    for (const { fingerprint, position } of lastSeenOf(positions)) {
      const { offset, hash } = fingerprint;
      if (offset < earliest) continue;
      const held = await call('read again', () => readable(partition, offset, position));
      const isThere = held.some(({ record }) => record.offset === offset && fingerprintOf(record).hash === hash);
      seen.push({ offset, isThere, unseen: held.find((record) => record.offset > offset)?.offset });
    }
    const log = { ...range, readTo: readEndOf(positions), seen, chunks };
    const found = await core.findTruncation(log, (chunk, from, to) =>
      call('compare a chunk', () => {
        const paths = chunks[chunk]?.paths ?? [];
        const archived = new Map(paths.flatMap((path) => archivedEvents(archive.read(path).rows)));
        for (const offset of archived.keys()) if (offset < from || offset >= to) archived.delete(offset);
        const held = readable(partition, from, to).filter((record) => !isGivenUp(store, paths, record));
        return { archived, held: new Map(held.flatMap(eventText)) };
      }),
    );
    if (found === undefined || found.from === found.to) return found?.from;
    const logged = this.#parts.ledger.lostFrom(number, intentEndOf(positions));
    if (logged >= found.from && logged <= found.to) return logged;
    // An earlier run of the command, whose answer was lost, has taken effect since: the operator has to run it again.
    if (positions.some(({ sink, epoch }) => store.epoch(sink, number) !== epoch))
      throw new PassingFailure(`the positions of partition ${number} were moved meanwhile`);
    throw new Violation(`the log was truncated at ${logged}, not between ${found.from} and ${found.to}`);
  }

  async #accept(
    { number: partition }: SimulatedPartition,
    positions: readonly HeldPosition[],
    offset: number,
  ): Promise<void> {
    const { store, archive, ledger, call } = this.#parts;
    const isCut = intentEndOf(positions) > offset;
    const paths = isCut ? positions.flatMap(({ openIntent }) => openIntent?.paths ?? []) : [];
    const look = () => paths.flatMap((path) => archive.existing(path) ?? []);
    const files = paths.length === 0 ? [] : await call('look for files', look);
    await call('acknowledgeTruncation', () => {
      store.lost.acknowledgeTruncation({ partition, offset, positions, files });
      for (const hourMs of ledger.countedHours) if (store.isComplete(hourMs)) ledger.hourIsFinal(hourMs);
    });
  }

  async #fillCutChunks(partition: SimulatedPartition): Promise<void> {
    const { store, archive, call } = this.#parts;
    for (const [path, chunk] of await call('cut chunks', () => store.lost.cutChunks(partition.number))) {
      const rows = await call('read a chunk', () =>
        rowsOf(path, hoursOf(partition, chunk.startOffset, chunk.readableEnd)),
      );
      if (rows !== undefined) await call('create', () => archive.create(path, rows));
      const file = await call('look for a file', () => archive.existing(path));
      if (file !== undefined) await call('adoptFile', () => store.lost.adoptFile(file));
      else
        await call('noteNothingReadable', () => {
          store.lost.noteNothingReadable(path);
        });
    }
  }
}

/** Where the records end that a sink or an open intent has. */
function readEndOf(positions: readonly HeldPosition[]): number {
  return Math.max(intentEndOf(positions), ...positions.map(({ nextOffset }) => nextOffset));
}

function intentEndOf(positions: readonly HeldPosition[]): number {
  return Math.max(0, ...positions.map(({ openIntent }) => openIntent?.endOffset ?? 0));
}

/** The records that a consumer gets of [from, to) now. @throws {PassingFailure} when the partition has no leader. */
function readable(partition: SimulatedPartition, from: number, to: number): readonly LoggedRecord[] {
  const { earliest, stable, hasLeader } = partition;
  if (!hasLeader) throw new PassingFailure(`partition ${partition.number} has no leader`);
  return to <= from ? [] : partition.known(Math.max(from, earliest), Math.max(0, Math.min(to, stable)));
}

function hoursOf(partition: SimulatedPartition, from: number, to: number): ReadonlyMap<number, EventColumns> {
  const events = new EventsByHour(partition.number);
  const interners = new EventInterners();
  for (const { offset, known } of readable(partition, from, to))
    if (known.fate.kind === 'event') events.append(offset, interners.intern(known.fate.event));
  return events.takeAll();
}

function rowsOf(path: string, hours: ReadonlyMap<number, EventColumns>): EventColumns | undefined {
  return hours.get(parseArchivePath(path)?.hourMs ?? -1);
}

/** Whether the file of a record's hour was given up, in the chunk that has these files. */
function isGivenUp(
  { lost }: SimulatedStore,
  [path = '']: readonly string[],
  { known: { fate } }: LoggedRecord,
): boolean {
  if (fate.kind !== 'event') return false;
  const ofHour = hourFolder(fate.hourMs) + path.slice(path.lastIndexOf('/') + 1);
  return lost.abandoned.has(ofHour);
}

function eventText({ offset, known: { fate } }: LoggedRecord): readonly (readonly [number, string])[] {
  return fate.kind === 'event' ? [[offset, textOf(fate.event)]] : [];
}

function archivedEvents(columns: EventColumns) {
  return Array.from(eventsIn(columns), ({ offset, ...event }) => [offset, textOf(event)] as const);
}

function textOf({ eventTimeMs, id, antennaId, bytes, app }: KnownEvent): string {
  return JSON.stringify([eventTimeMs, id, antennaId, bytes, app]);
}
