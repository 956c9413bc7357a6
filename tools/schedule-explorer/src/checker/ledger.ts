import {
  type ArchivedFile,
  type ChunkIntent,
  type CompletedChunk,
  type PositionMove,
  type Sink,
  type TotalsCommit,
  fingerprintOf,
} from '@antenna/ingestion';
import { hourFolder, rowKey } from '../world/known-record.ts';
import type { SimulatedArchive } from '../world/simulated-archive.ts';
import type { LoggedRecord } from '../world/simulated-log.ts';
import { SINKS } from '../world/simulated-positions.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';
import { CountedInTime } from './counted-in-time.ts';
import { requireDeadLetters } from './dead-letters.ts';
import { addTo, ExpectedTotals, hourCountKey, type KnownRow, marksOf, rowsByHour } from './expected-totals.ts';
import { fileName, requireFileRows } from './file-rows.ts';
import type { LogEnd } from '../world/move-command.ts';
import { SinkPosition, type TakenRange } from './sink-position.ts';
import { require, requireRows, requireSorted, Violation } from './violation.ts';

/** The new epoch of a position that was claimed or, without a decoder version, only fenced against earlier claims. */
interface Fence {
  readonly sink: Sink;
  readonly partition: number;
  readonly epoch: number;
  readonly decoderVersion?: number;
}

/** Records whose loss an operator has acknowledged. */
interface GivenUpRange extends Pick<PositionMove, 'partition' | 'epoch' | 'from' | 'to'> {
  readonly sink: Sink;
}

/** An acknowledged truncation: from `offset` on, the log differs from the records that were read. */
interface AcknowledgedTruncation {
  readonly partition: number;
  readonly offset: number;
  /** By sink that was ever claimed: the epoch that the operator's command read. */
  readonly epochs: ReadonlyMap<Sink, number>;
  /** Where the open intent ends, if there is one. */
  readonly intentEnd: number | undefined;
}

/** A chunk that was given up before all of its files existed. */
export interface GivenUpChunk {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /**
   * After a truncation: the offset before which the topic still holds the records of the missing file. It equals
   * `startOffset` when the topic holds none of them. Undefined for a chunk that was given up because of a gap.
   */
  readonly readableEnd: number | undefined;
}

/** The decoder version of a file that was adopted after its chunk was given up: unknown, and equal to any. */
const ANY_DECODER = 0;

/**
 * Compares whatever the store accepts with the records between where a sink stands by our own count and where it has
 * moved. As long as each step is right, the totals are those of a prefix of the topic at every moment, and the listed
 * files hold every event of another prefix once.
 */
export class Ledger {
  /** What the tables hold, row by row as it was added. */
  readonly totals = new Map<string, number>();
  readonly userHours = new Map<string, number>();
  /** The records that each sink has processed, with the version of the decoder that decoded each record. */
  readonly taken: Readonly<Record<Sink, Map<LoggedRecord, number>>> = { totals: new Map(), archive: new Map() };
  readonly #partitions: readonly SimulatedPartition[];
  readonly #archive: SimulatedArchive;
  readonly #inTime = new CountedInTime();
  readonly #givenUp: Readonly<Record<Sink, Set<LoggedRecord>>> = { totals: new Set(), archive: new Set() };
  readonly #positions: Readonly<Record<Sink, readonly SinkPosition[]>>;
  /** For each partition, the oldest version of the log that holds all records of the newest intent. */
  readonly #intended = new Map<number, number>();
  /** By partition, once the stream has moved away. */
  readonly #cut = new Map<number, number>();
  /** By partition: the offset at which each generation but the first begins. */
  readonly #generations: readonly number[][];

  constructor(partitions: readonly SimulatedPartition[], archive: SimulatedArchive) {
    this.#partitions = partitions;
    this.#archive = archive;
    this.#generations = partitions.map(() => []);
    this.#positions = {
      totals: partitions.map((partition) => new SinkPosition('totals', partition)),
      archive: partitions.map((partition) => new SinkPosition('archive', partition)),
    };
  }

  /** From now on no earlier claim may change anything. */
  claim({ sink, partition, epoch, decoderVersion }: Fence): void {
    this.#position(sink, partition).claim(epoch, decoderVersion);
  }

  /** The stream has moved away. @throws {Violation} when a sink lacks a record that the topic had when its ends were read. */
  move(ends: readonly LogEnd[]): void {
    for (const { partition, actualEnd } of ends) {
      const behind = SINKS.find((sink) => this.reached(sink, partition) < actualEnd);
      if (behind !== undefined)
        throw new Violation(
          `the stream moves, and ${behind} of partition ${partition} lacks records before ${actualEnd}`,
        );
      this.#cut.set(partition, actualEnd);
    }
  }

  /** Where the topic of the schedule ends for the stream, if it has moved away. */
  cutOf(partition: number): number | undefined {
    return this.#cut.get(partition);
  }

  /** @throws {Violation} when the commit is not exactly what its ranges hold. */
  commit({ moves, totals, userHours, hourCounts, deadLetters, deadLetterRanges }: TotalsCommit): void {
    const expected = new ExpectedTotals();
    for (const move of moves) {
      const range = this.#advance('totals', move);
      expected.add(move.partition, range.records);
      this.#inTime.add(move.partition, range.records);
      this.#take('totals', range.records, range.decoder);
      const marks = marksOf(range.records);
      require('last record seen', move.fingerprint?.offset, marks.lastOffset);
      require('greatest event time', move.greatestEventTimeMs, marks.greatestEventTimeMs);
    }
    const totalRows = Array.from(totals, (row) => {
      return [rowKey(row.windowStartMs, row.type, row.id), Number(row.value)] as const;
    });
    const hourRows = Array.from(userHours, (row) => [`${row.hourStartMs} ${row.id}`, Number(row.usage)] as const);
    const countRows = hourCounts.map((row) => [hourCountKey(row.hourMs, row.partition), row.events] as const);
    const letterRows = deadLetters.map((row) => [`${row.partition}/${row.offset}`, row.reason] as const);
    requireSorted(
      'moves',
      moves.map(({ partition, to }) => [partition, to]),
    );
    requireSorted('totals', totalRows);
    requireSorted('user hours', hourRows);
    requireRows('totals', expected.totals, totalRows);
    requireRows('user hours', expected.userHours, hourRows);
    requireRows('events of each hour', expected.hourCounts, countRows);
    requireDeadLetters(expected.deadLetters, letterRows, deadLetterRanges);
    for (const [key, bytes] of totalRows) addTo(this.totals, key, bytes);
    for (const [key, bytes] of hourRows) addTo(this.userHours, key, bytes);
  }

  /** Checks a new intent. @throws {Violation} unless its fingerprint is that of the last record of its range. */
  intend({ partition: number, startOffset, endOffset, fingerprint }: ChunkIntent): void {
    const partition = this.#partitions[number];
    const versions = Array.from({ length: (partition?.version ?? 0) + 1 }, (_, version) => version);
    const intended = versions.find((version) => {
      const last = partition?.known(startOffset, endOffset, version).at(-1);
      return last?.offset === fingerprint?.offset && last && fingerprintOf(last.record).hash === fingerprint?.hash;
    });
    if (intended === undefined)
      throw new Violation(`no log of partition ${number} ends at ${endOffset} with the record that its intent names`);
    this.#intended.set(number, intended);
  }

  /** @throws {Violation} when the files are not exactly what the range holds, or not named so, or not there. */
  chunk({ move, files }: CompletedChunk): void {
    const { from, to, records, decoder } = this.#advance('archive', move);
    const wanted = rowsByHour(records);
    require('files of a chunk', files.length, wanted.size);
    for (const file of files) {
      this.#requireName(file, { partition: move.partition, from, to });
      requireFileRows(this.#archive, file, wanted.get(file.hourMs) ?? []);
    }
    this.#take('archive', records, decoder);
  }

  /**
   * Hours are final by this.
   * @throws {Violation} when a record that was written before is not archived. While the log lacks what was archived,
   * no hour is final anyway.
   */
  archivedUntil(number: number, untilMs: number): void {
    const archive = this.#position('archive', number);
    if (archive.lostFrom < Infinity) return;
    const missing = this.#partitions[number]?.firstWritten(archive.reached, untilMs);
    if (missing === undefined) return;
    throw new Violation(`partition ${number} counts as archived until ${untilMs} ms, but offset ${missing} is not`);
  }

  /** Hours of which events were counted in time. */
  get countedHours(): Iterable<number> {
    return this.#inTime.hours;
  }

  /**
   * An hour is taken for final.
   * @throws {Violation} when an event that was counted in time is not archived.
   */
  hourIsFinal(hourMs: number): void {
    const isLacking = (event: LoggedRecord) => !this.taken.archive.has(event) && !this.isGivenUp('archive', event);
    const missing = this.#inTime.unarchived(hourMs, isLacking);
    if (missing === undefined) return;
    const event = `event ${missing.partition}/${missing.logged.offset}`;
    throw new Violation(`hour ${hourFolder(hourMs)} is final, but ${event} is counted and not archived`);
  }

  /** @throws {Violation} when records are given up that could be read, or by a claim that is not the latest. */
  giveUp({ sink, ...range }: GivenUpRange): void {
    for (const record of this.#position(sink, range.partition).giveUp(range)) this.#givenUp[sink].add(record);
  }

  isGivenUp(sink: Sink, record: LoggedRecord): boolean {
    return this.#givenUp[sink].has(record);
  }

  /** The first offset from which the log lacks records of a sink or of an open intent; Infinity if it lacks none. */
  lostFrom(partition: number, intentEnd = 0): number {
    const positions = SINKS.map((sink) => this.#position(sink, partition));
    const followed = Math.max(this.#intended.get(partition) ?? 0, ...positions.map(({ version }) => version));
    const intended = this.#partitions[partition]?.differsFrom(followed) ?? Infinity;
    return Math.min(...positions.map(({ lostFrom }) => lostFrom), intended < intentEnd ? intended : Infinity);
  }

  /** @throws {Violation} unless the log differs from `offset` on, or from a later offset with no event in between. */
  acknowledgeTruncation({ partition: number, offset, epochs, intentEnd }: AcknowledgedTruncation): void {
    const lostFrom = this.lostFrom(number, intentEnd);
    const between = lostFrom === Infinity ? [] : (this.#partitions[number]?.known(offset, lostFrom) ?? []);
    if (lostFrom === Infinity || offset > lostFrom || between.some(({ known }) => known.fate.kind === 'event'))
      throw new Violation(`partition ${number}: a truncation at ${offset} is acknowledged, but it was at ${lostFrom}`);
    const isCut = intentEnd !== undefined && intentEnd > offset;
    for (const [sink, epoch] of epochs) {
      const position = this.#position(sink, number);
      const goesOnAt = sink === 'archive' && isCut ? offset : Math.min(position.reached, offset);
      position.acknowledge(epoch, goesOnAt);
    }
    this.#inTime.forget(number, offset);
    this.#generations[number]?.push(offset);
  }

  /** @throws {Violation} when a file of a chunk that was given up is not exactly what the chunk held of its hour. */
  adopt(file: ArchivedFile, { partition: number, startOffset, endOffset, readableEnd }: GivenUpChunk): void {
    const partition = this.#partitions[number];
    if (partition === undefined) throw new Violation(`no partition ${number}`);
    // A truncation may have come after the file was created from what an earlier one had left.
    const cuts = readableEnd === undefined ? [] : (this.#generations[number] ?? []);
    const ends = [endOffset, ...cuts.filter((offset) => offset > startOffset && offset < endOffset)];
    const candidates = Array.from({ length: partition.version + 1 }, (_, version) =>
      ends.map((end) => rowsByHour(partition.known(startOffset, end, version)).get(file.hourMs) ?? []),
    );
    const rows = this.#rowsOf(file, candidates.flat());
    this.#take(
      'archive',
      rows.map(({ logged }) => logged),
      ANY_DECODER,
    );
  }

  /** The offset below which a sink has processed or given up every record. */
  reached(sink: Sink, partition: number): number {
    return this.#position(sink, partition).reached;
  }

  /** @returns the candidate that the file holds. @throws {Violation} when it holds none of them. */
  #rowsOf(file: ArchivedFile, candidates: readonly (readonly KnownRow[])[]): readonly KnownRow[] {
    let failure: unknown;
    for (const rows of candidates) {
      try {
        requireFileRows(this.#archive, file, rows);
        return rows;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  /** A chunk keeps the file names of the generation in which it was begun if no later one begins before its end. */
  #requireName(file: ArchivedFile, range: { partition: number; from: number; to: number }): void {
    const begun = this.#generations[range.partition] ?? [];
    for (let generation = begun.length; generation >= 0; generation -= 1) {
      if (begun.slice(generation).some((offset) => offset < range.to)) break;
      if (file.path === fileName(file.hourMs, { ...range, generation })) return;
    }
    throw new Violation(`${file.path} is not the name of a file of offsets ${range.from} to ${range.to}`);
  }

  #take(sink: Sink, records: readonly LoggedRecord[], decoder: number): void {
    const [own, other] = [this.taken[sink], this.taken[sink === 'totals' ? 'archive' : 'totals']];
    for (const record of records) {
      const isEvent = record.known.fate.kind === 'event';
      if (isEvent && own.has(record)) throw new Violation(`${sink}: event ${record.offset} is taken twice`);
      own.set(record, decoder);
      const before = other.get(record) ?? ANY_DECODER;
      if (before !== decoder && before !== ANY_DECODER && decoder !== ANY_DECODER)
        throw new Violation(`offset ${record.offset} is decoded by versions ${before} and ${decoder}`);
    }
  }

  #advance(sink: Sink, move: PositionMove): TakenRange {
    if (this.#cut.size > 0) throw new Violation(`${sink} of partition ${move.partition} moves after the stream`);
    const range = this.#position(sink, move.partition).advance(move);
    SinkPosition.requireOneLog(this.#position('totals', move.partition), this.#position('archive', move.partition));
    return range;
  }

  #position(sink: Sink, partition: number): SinkPosition {
    const position = this.#positions[sink][partition];
    if (position === undefined) throw new Violation(`no partition ${partition}`);
    return position;
  }
}
