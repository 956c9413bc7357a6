import type { RejectionReason } from '@antenna/event-schema';
import type {
  ArchivedFile,
  ClaimedPosition,
  CompletedChunk,
  PositionMove,
  Sink,
  TotalsCommit,
} from '@antenna/ingestion';
import { hourFolder, rowKey } from '../world/known-record.ts';
import type { SimulatedArchive } from '../world/simulated-archive.ts';
import type { SimulatedPartition } from '../world/simulated-topic.ts';
import { CountedInTime } from './counted-in-time.ts';
import { requireDeadLetters } from './dead-letters.ts';
import { require, requireRows, requireSorted } from './require.ts';
import { hourCountKey, type KnownRow, marksOf, rowsByHour, ExpectedTotals } from './expected-totals.ts';
import { Violation } from './violation.ts';

/** Records whose loss an operator has acknowledged. */
interface GivenUpRange {
  readonly sink: Sink;
  readonly partition: number;
  /** The claim that the operator saw. */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Compares whatever the store accepts with the records between where a sink stands by our own count and where it has
 * moved. As long as each step is right, the totals are those of a prefix of the topic at every moment, and the listed
 * files hold every event of another prefix once.
 */
export class Ledger {
  /** What the tables hold, row by row as it was added. */
  readonly totals = new Map<string, number>();
  readonly userHours = new Map<string, number>();
  /** Those that are stored whole, by partition and offset. */
  readonly deadLetters = new Map<string, RejectionReason>();
  readonly #partitions: readonly SimulatedPartition[];
  readonly #archive: SimulatedArchive;
  readonly #inTime = new CountedInTime();
  readonly #givenUp: Omit<GivenUpRange, 'epoch'>[] = [];
  readonly #epochs: Readonly<Record<Sink, number[]>> = { totals: [], archive: [] };
  readonly #reached: Readonly<Record<Sink, number[]>>;

  constructor(partitions: readonly SimulatedPartition[], archive: SimulatedArchive) {
    this.#partitions = partitions;
    this.#archive = archive;
    this.#reached = { totals: partitions.map(() => 0), archive: partitions.map(() => 0) };
  }

  /** From now on no earlier claim may change anything. */
  claim({ sink, partition, epoch }: ClaimedPosition): void {
    this.#epochs[sink][partition] = epoch;
  }

  /** @throws {Violation} when the commit is not exactly what its ranges hold. */
  commit({ moves, totals, userHours, hourCounts, deadLetters, deadLetterRanges }: TotalsCommit): void {
    const expected = new ExpectedTotals();
    for (const move of moves) {
      const { partition, from } = this.#advance('totals', move);
      expected.addRange(partition, from, move.to);
      this.#inTime.add(partition, from, move.to);
      const marks = marksOf(partition, from, move.to);
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
    for (const [key, bytes] of totalRows) this.totals.set(key, (this.totals.get(key) ?? 0) + bytes);
    for (const [key, bytes] of hourRows) this.userHours.set(key, (this.userHours.get(key) ?? 0) + bytes);
    for (const [key, reason] of letterRows) this.deadLetters.set(key, reason);
  }

  /** @throws {Violation} when the files are not exactly what the range holds, or not named so, or not there. */
  chunk({ move, files }: CompletedChunk): void {
    const { partition, from } = this.#advance('archive', move);
    const wanted = rowsByHour(partition, from, move.to);
    require('files of a chunk', files.length, wanted.size);
    for (const file of files) {
      require('name of a file', file.path, pathOf(file.hourMs, { partition: partition.number, from, to: move.to }));
      this.#checkFile(file, wanted.get(file.hourMs));
    }
  }

  /**
   * Hours are final by this.
   * @throws {Violation} when a record that was written before is not archived.
   */
  archivedUntil(number: number, untilMs: number): void {
    const missing = this.#partitions[number]?.firstWritten(this.reached('archive', number), untilMs);
    if (missing === undefined) return;
    throw new Violation(`partition ${number} counts as archived until ${untilMs} ms, but offset ${missing} is not`);
  }

  /**
   * An hour is taken for final.
   * @throws {Violation} when an event that was counted in time is not archived.
   */
  hourIsFinal(hourMs: number): void {
    const missing = this.#inTime.unarchived(hourMs, (partition) => this.reached('archive', partition));
    if (missing === undefined) return;
    const event = `event ${missing.partition}/${missing.offset}`;
    throw new Violation(`hour ${hourFolder(hourMs)} is final, but ${event} is counted and not archived`);
  }

  #checkFile(file: ArchivedFile, wanted: readonly KnownRow[] = []): void {
    const held = this.#archive.files.get(file.path);
    if (held === undefined) throw new Violation(`${file.path} is listed and does not exist`);
    require(`checksum of ${file.path}`, file.checksum, held.file.checksum);
    require(`rows of ${file.path}`, file.rows, wanted.length);
    require(`bytes of ${file.path}`, Number(file.eventBytes), wanted.reduce((sum, { event }) => sum + event.bytes, 0));
    const { rows } = held;
    for (const [row, { offset, event }] of wanted.entries()) {
      require(`offset in ${file.path}`, rows.offset[row], offset);
      require(`bytes in ${file.path}`, rows.bytes[row], event.bytes);
      require(`event time in ${file.path}`, rows.eventTimeMs[row], event.eventTimeMs);
      require(`id in ${file.path}`, rows.id.values[rows.id.codes[row] ?? -1], event.id);
      require(`antenna in ${file.path}`, rows.antennaId.values[rows.antennaId.codes[row] ?? -1], event.antennaId);
      require(`app in ${file.path}`, rows.app.values[rows.app.codes[row] ?? -1], event.app);
    }
  }

  /** @throws {Violation} when records are given up that could be read, or by a claim that is not the latest. */
  giveUp({ sink, partition, epoch, from, to }: GivenUpRange): void {
    require(`epoch of ${sink} of partition ${partition} given up`, epoch, this.#epochs[sink][partition]);
    require(`${sink} of partition ${partition} given up from`, from, this.reached(sink, partition));
    const earliest = this.#partitions[partition]?.earliest ?? 0;
    if (from >= earliest) throw new Violation(`${sink} of partition ${partition} gives up ${from}, which can be read`);
    this.#epochs[sink][partition] = epoch + 1;
    this.#reached[sink][partition] = to;
    this.#givenUp.push({ sink, partition, from, to });
  }

  isGivenUp(sink: Sink, partition: number, offset: number): boolean {
    for (const range of this.#givenUp) {
      if (range.sink === sink && range.partition === partition && offset >= range.from && offset < range.to)
        return true;
    }
    return false;
  }

  /** @throws {Violation} when a file of a chunk that was given up is not exactly what the chunk held of its hour. */
  adopt(file: ArchivedFile, chunk: { partition: number; startOffset: number; endOffset: number }): void {
    const partition = this.#partitions[chunk.partition];
    const wanted = partition && rowsByHour(partition, chunk.startOffset, chunk.endOffset);
    this.#checkFile(file, wanted?.get(file.hourMs));
  }

  /** Up to where everything is counted. */
  reached(sink: Sink, partition: number): number {
    return this.#reached[sink][partition] ?? 0;
  }

  #advance(sink: Sink, move: PositionMove): { readonly partition: SimulatedPartition; readonly from: number } {
    const partition = this.#partitions[move.partition];
    const from = this.#reached[sink][move.partition];
    if (partition === undefined || from === undefined) throw new Violation(`no partition ${move.partition}`);
    require(`epoch of ${sink} of partition ${move.partition}`, move.epoch, this.#epochs[sink][move.partition]);
    if (move.to <= from) throw new Violation(`${sink} of partition ${move.partition} moved from ${from} to ${move.to}`);
    this.#reached[sink][move.partition] = move.to;
    return { partition, from };
  }
}

/** As the contract of the archive has it. */
function pathOf(hourMs: number, { partition, from, to }: { partition: number; from: number; to: number }): string {
  const [start, end] = [from, to].map((offset) => String(offset).padStart(12, '0'));
  return `${hourFolder(hourMs)}devices-${partition}-${start}-${end}.parquet`;
}
