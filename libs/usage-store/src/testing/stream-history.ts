import { WindowTotals } from '@antenna/aggregation';
import { archivePath } from '@antenna/archive-format';
import { EventInterners } from '@antenna/event-schema';
import type { ManifestFile } from '@antenna/hourly-batch';
import type { ArchivedFile, HourCount, Sink } from '@antenna/ingestion';
import type { Knex } from 'knex';
import { PostgresHourStore } from '../hour-store.ts';
import { AbandonedFiles, type HeldPosition, LostRecords } from '../lost-records.ts';
import type { PostgresPositionStore } from '../position-store.ts';
import { PostgresRetentionStore } from '../retention-store.ts';
import { aCommit, aMove } from './a-commit.ts';
import { anHourResult, totalsOf } from './an-archived-hour.ts';
import { STREAM, type TestStore } from './test-store.ts';

const HOUR_MS = 3_600_000;

/** An event of a history, whether it is counted, and the file that holds it. */
export interface HistoryEvent {
  readonly hourMs: number;
  readonly bytes: number;
  isCounted: boolean;
  /** Whether it is in the windows: counted above the retention floor, and not removed since. */
  isInWindow: boolean;
  /** The path of the file in the manifest; undefined for an event that is not archived. */
  path: string | undefined;
}

interface Chunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly generation: number;
  /** The records of the log between the chunk's offsets; undefined stands for a record without an event. */
  readonly events: readonly (HistoryEvent | undefined)[];
  readonly paths: ReadonlyMap<number, string>;
}

/** A step of a history, with random numbers. */
export interface HistoryStep {
  readonly kind: 'commit' | 'chunk' | 'intend' | 'run' | 'retention' | 'truncate' | 'appear' | 'raise' | 'remove';
  readonly partition: number;
  readonly records: number;
  /** Decides between cases, such as which files exist. */
  readonly choice: number;
}

/**
 * A stream whose sinks, batch runs and losses happen in any order, by the calls of the workers and the commands, beside
 * a model that says of each event whether it is counted and archived. Histories in one database need hours and
 * partitions of their own.
 */
export class StreamHistory {
  readonly events: HistoryEvent[] = [];
  /** The result of each hour's last run, and the files that it read. */
  readonly runs = new Map<number, { readonly bytes: number; readonly paths: ReadonlySet<string> }>();
  /** The hours whose results are removed. */
  readonly removedHours = new Set<number>();
  /** Whether records were lost: the cause of a difference may then be known only within bounds. */
  hasLosses = false;
  readonly hours: readonly number[];
  readonly #partitions: readonly number[];
  readonly #store: PostgresPositionStore;
  readonly #records: LostRecords;
  readonly #abandonedFiles: AbandonedFiles;
  readonly #hourStore: PostgresHourStore;
  readonly #retention: PostgresRetentionStore;
  readonly #database: Knex;
  readonly #floors = { windows: 0, hours: 0 };
  readonly #logs = new Map<number, (HistoryEvent | undefined)[]>();
  readonly #intents = new Map<number, Chunk>();
  readonly #abandoned: Chunk[] = [];
  readonly #files = new Map<string, readonly HistoryEvent[]>();

  constructor(store: TestStore, places: { readonly firstHourMs: number; readonly firstPartition: number }) {
    this.hours = [0, 1, 2].map((hour) => places.firstHourMs + hour * HOUR_MS);
    this.#partitions = [places.firstPartition, places.firstPartition + 1];
    this.#store = store.worker();
    this.#records = new LostRecords(store.database, STREAM);
    this.#abandonedFiles = new AbandonedFiles(store.database, STREAM.topic);
    this.#database = store.database;
    this.#retention = new PostgresRetentionStore(store.database);
    this.#hourStore = new PostgresHourStore(store.database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 0 });
  }

  async start(): Promise<void> {
    await this.#store.claim(['totals', 'archive'], this.#partitions);
    for (const partition of this.#partitions) this.#logs.set(partition, this.#newRecords(partition, 400));
  }

  async take(step: HistoryStep): Promise<void> {
    const partition = this.#partitions[step.partition] ?? 0;
    const take = {
      commit: () => this.#commit(partition, step.records),
      chunk: () => this.#chunk(partition, step.records),
      intend: () => this.#intend(partition, step.records),
      run: () => this.#run(this.hours[step.choice % this.hours.length] ?? 0),
      retention: () => this.#loseOldest(partition, step),
      truncate: () => this.#truncate(partition, step),
      appear: () => this.#appear(step.choice),
      raise: () => this.#raise(step.choice % 2 === 0 ? 'windows' : 'hours', this.hours[step.records % 3] ?? 0),
      remove: () => this.#remove(),
    }[step.kind];
    await take();
  }

  /** @returns the sum of the bytes of those events of an hour that meet the condition. */
  bytes(hourMs: number, isMeant: (event: HistoryEvent) => boolean): number {
    return this.events
      .filter((event) => event.hourMs === hourMs && isMeant(event))
      .reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Commits and archives until both sinks of each partition have reached the same offset. */
  async settle(): Promise<void> {
    for (const partition of this.#partitions) {
      if (this.#intents.has(partition)) await this.#chunk(partition, 0);
      const ends = await this.#offsets(partition);
      const end = Math.max(ends.totals, ends.archive) + 5;
      await this.#commit(partition, end - ends.totals);
      await this.#chunk(partition, end - ends.archive);
    }
  }

  #newRecords(partition: number, count: number): (HistoryEvent | undefined)[] {
    return Array.from({ length: count }, (_, index) => {
      if (index % 7 === 3) return undefined;
      // Different subsets of events have different sums, so that a wrong subset is noticed.
      const bytes = (index * index * 31 + partition * 17 + this.events.length) % 9_973;
      const event = { hourMs: this.hours[(index * 5 + partition) % 3] ?? 0, bytes, isCounted: false };
      const unread = { ...event, isInWindow: false, path: undefined };
      this.events.push(unread);
      return unread;
    });
  }

  async #offsets(partition: number): Promise<Readonly<Record<Sink, number>>> {
    const held = await this.#held(partition);
    const offset = (sink: Sink) => held.find((position) => position.sink === sink)?.nextOffset ?? 0;
    return { totals: offset('totals'), archive: offset('archive') };
  }

  async #held(partition: number): Promise<readonly HeldPosition[]> {
    return (await this.#records.positions()).filter((position) => position.partition === partition);
  }

  #slice(partition: number, from: number, to: number): readonly (HistoryEvent | undefined)[] {
    return (this.#logs.get(partition) ?? []).slice(from, to);
  }

  async #commit(partition: number, records: number): Promise<void> {
    const [claimed] = await this.#store.claim(['totals'], [partition]);
    const { nextOffset: from = 0, epoch = 0 } = claimed ?? {};
    const counted = this.#slice(partition, from, from + records);
    const totals = new WindowTotals();
    const interners = new EventInterners();
    const counts = new Map<number, HourCount>();
    counted.forEach((event, index) => {
      if (event === undefined) return;
      const { hourMs, bytes } = event;
      const eventTimeMs = hourMs + ((index * 613) % 3600) * 1000;
      totals.add(interners.intern({ eventTimeMs, id: `user ${index % 3}`, antennaId: 'antenna', app: 'SKYPE', bytes }));
      const { events = 0, eventBytes = 0n } = counts.get(hourMs) ?? {};
      const sums = { events: events + 1, eventBytes: eventBytes + BigInt(bytes), lastOffset: from + index };
      counts.set(hourMs, { partition, hourMs, ...sums });
      event.isCounted = true;
      event.isInWindow = hourMs >= this.#floors.windows;
    });
    await this.#store.commitTotals({
      ...aCommit([], { partition, epoch, from, to: from + counted.length }),
      ...totals.rows(),
      hourCounts: [...counts.values()].sort((left, right) => left.hourMs - right.hourMs),
    });
  }

  async #intend(partition: number, records: number): Promise<void> {
    if (this.#intents.has(partition) || records === 0) return;
    const [claimed] = await this.#store.claim(['archive'], [partition]);
    const { nextOffset: startOffset = 0, epoch = 0, generation = 0 } = claimed ?? {};
    const endOffset = startOffset + records;
    const events = this.#slice(partition, startOffset, endOffset);
    const hours = new Set(events.flatMap((event) => event?.hourMs ?? []));
    const name = { topic: STREAM.topic, partition, generation, startOffset, endOffset };
    const paths = new Map([...hours].sort().map((hourMs) => [hourMs, archivePath({ ...name, hourMs })]));
    await this.#store.recordIntent({
      ...{ partition, epoch, startOffset, endOffset, decoderVersion: 1 },
      paths: [...paths.values()],
    });
    this.#intents.set(partition, { startOffset, endOffset, generation, events, paths });
  }

  /** Redoes the open intent, or makes a new chunk. */
  async #chunk(partition: number, records: number): Promise<void> {
    await this.#intend(partition, records);
    const chunk = this.#intents.get(partition);
    if (chunk === undefined) return;
    const [claimed] = await this.#store.claim(['archive'], [partition]);
    const { startOffset: from, endOffset: to } = chunk;
    const move = aMove({ partition, epoch: claimed?.epoch ?? 0, from, to });
    const files = [...chunk.paths.keys()].map((hourMs) => this.#file(chunk, hourMs, chunk.events));
    await this.#store.completeChunk({ move, decoderVersion: 1, files, hasIntent: true });
    this.#intents.delete(partition);
  }

  /** Creates the file of a chunk's hour. */
  #file(chunk: Chunk, hourMs: number, events: Chunk['events']): ArchivedFile {
    const path = chunk.paths.get(hourMs) ?? '';
    const held = events.filter((event) => event?.hourMs === hourMs).filter((event) => event !== undefined);
    for (const event of held) event.path = path;
    this.#files.set(path, held);
    const eventBytes = BigInt(held.reduce((sum, { bytes }) => sum + bytes, 0));
    return { path, hourMs, rows: held.length, eventBytes, erasedEvents: 0, sizeBytes: 100, checksum: 'c0ffee' };
  }

  async #run(hourMs: number): Promise<void> {
    const { files, revision, isBelowFloor } = await this.#hourStore.readManifest(hourMs);
    if (isBelowFloor) return;
    const eventBytes = files.reduce((sum, file) => sum + file.eventBytes, 0n);
    const rows = files.length === 0 ? [] : totalsOf({ 'a user': eventBytes });
    const events = files.reduce((sum, file) => sum + file.rows, 0);
    await this.#hourStore.commit(anHourResult(rows, { hourMs, revision, files, events, eventBytes }));
    this.runs.set(hourMs, { bytes: Number(eventBytes), paths: new Set(files.map((file: ManifestFile) => file.path)) });
  }

  /** Raises a retention floor without a look at the hours: what is in the way of a raise matters for no sum. */
  async #raise(kind: 'windows' | 'hours', floorMs: number): Promise<void> {
    if (floorMs <= this.#floors[kind]) return;
    this.#floors[kind] = floorMs;
    const floor = new Date(floorMs).toISOString();
    await this.#database.raw(
      `UPDATE pipeline.retention_floor SET floor = :floor WHERE kind = :kind AND floor < :floor`,
      {
        floor,
        kind,
      },
    );
  }

  /** Removes what is below the floors. The rows of all times are in the default partitions. */
  async #remove(): Promise<void> {
    await this.#hourStore.sumDays();
    await this.#retention.remove('bytes_beyond', true);
    await this.#retention.remove('bytes_hourly_beyond', true);
    for (const event of this.events) event.isInWindow &&= event.hourMs >= this.#floors.windows;
    for (const hourMs of this.hours) if (hourMs < this.#floors.hours) this.removedHours.add(hourMs);
  }

  /** Retention deletes records that sinks lack, and an operator accepts the gaps, in any order. */
  async #loseOldest(partition: number, { records, choice }: HistoryStep): Promise<void> {
    const { totals, archive } = await this.#offsets(partition);
    const earliest = Math.min(totals, archive) + records;
    const sinks: readonly Sink[] = choice % 2 === 0 ? ['totals', 'archive'] : ['archive', 'totals'];
    for (const sink of sinks) {
      const position = (await this.#held(partition)).find((held) => held.sink === sink);
      if (position === undefined || position.nextOffset >= earliest) continue;
      this.hasLosses = true;
      const files = sink === 'archive' ? this.#giveUp(partition, choice, 'all') : [];
      const to = Math.max(earliest, position.openIntent?.endOffset ?? 0);
      await this.#records.acknowledgeGap({ position, to, files, acknowledgedBy: 'a test', detail: '' });
    }
  }

  /** Gives the open intent up. @returns its existing files, selected by `choice`; the other paths are abandoned. */
  #giveUp(partition: number, choice: number, readableEnd: number | 'all'): readonly ArchivedFile[] {
    const chunk = this.#intents.get(partition);
    if (chunk === undefined) return [];
    this.#intents.delete(partition);
    const existing = [...chunk.paths].filter((_, index) => ((choice >> index) & 1) === 1);
    const missing = new Map([...chunk.paths].filter((_, index) => ((choice >> index) & 1) === 0));
    const files = existing.map(([hourMs]) => this.#file(chunk, hourMs, chunk.events));
    // A thawed worker creates the whole file; the command creates it from what can still be read.
    const isThawed = readableEnd === 'all' || (choice & 8) === 8;
    const events = isThawed ? chunk.events : chunk.events.slice(0, readableEnd - chunk.startOffset);
    this.#abandoned.push({ ...chunk, events, paths: missing });
    return files;
  }

  /** The log loses its records from an offset on, and gets others. */
  async #truncate(partition: number, { records, choice }: HistoryStep): Promise<void> {
    const { totals, archive } = await this.#offsets(partition);
    const intentEnd = this.#intents.get(partition)?.endOffset ?? 0;
    const offset = Math.max(0, Math.max(totals, archive, intentEnd) - records);
    if (records === 0) return;
    this.hasLosses = true;
    const files = intentEnd > offset ? this.#giveUp(partition, choice, offset) : [];
    const positions = await this.#held(partition);
    await this.#records.acknowledgeTruncation({
      ...{ partition, offset, positions, files, acknowledgedBy: 'a test', detail: '' },
    });
    const kept = this.#slice(partition, 0, offset);
    this.#logs.set(partition, [...kept, ...this.#newRecords(partition, 400)]);
  }

  /** A file of a chunk that was given up appears, and is adopted. */
  async #appear(choice: number): Promise<void> {
    const waiting = this.#abandoned.flatMap((chunk) =>
      [...chunk.paths].map(([hourMs, path]) => ({ chunk, hourMs, path })),
    );
    const file = waiting[choice % Math.max(waiting.length, 1)];
    if (file === undefined || this.#files.has(file.path)) return;
    const adopted = this.#file(file.chunk, file.hourMs, file.chunk.events);
    if (adopted.rows > 0) await this.#abandonedFiles.adopt(adopted);
  }
}
