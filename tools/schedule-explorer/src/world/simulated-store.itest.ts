import { WindowTotals } from '@antenna/aggregation';
import {
  type ArchivedFile,
  type DeadLetterRange,
  FenceLostError,
  type PositionMove,
  type Sink,
  type TotalsCommit,
} from '@antenna/ingestion';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import {
  AbandonedFiles,
  type HeldPosition,
  LostRecords,
  openDatabase,
  PostgresPositionStore,
} from '@antenna/usage-store';
import type { Knex } from 'knex';
import { Choices } from '../choices.ts';
import { SimulatedHours } from './simulated-hours.ts';
import type { GivenUp, Truncated } from './simulated-lost-records.ts';
import { SINKS } from './simulated-positions.ts';
import { type Claimant, DecoderRefusedError, SimulatedStore } from './simulated-store.ts';

const SEQUENCES = 12;
const CALLS = 60;
/** Of each sequence, which has partitions of its own: a database keeps one topic. */
const PARTITIONS = 2;
const HOUR_MS = Date.UTC(2022, 9, 29, 13);
const NOTHING = new WindowTotals();

/** What both stores have in common; one answers at once. */
interface AnyStore {
  claim(sinks: readonly Sink[], partitions: readonly number[], claimant: Claimant): unknown;
  commitTotals(commit: TotalsCommit): unknown;
  recordIntent(...call: Parameters<PostgresPositionStore['recordIntent']>): unknown;
  completeChunk(...call: Parameters<PostgresPositionStore['completeChunk']>): unknown;
  readonly lost: {
    acknowledgeGap(gap: GivenUp): unknown;
    acknowledgeTruncation(truncation: Truncated): unknown;
    adoptFile(file: ArchivedFile): unknown;
  };
}

describe('the store of the schedules', () => {
  let provided: TestDatabase;
  let database: Knex;

  beforeEach(async () => {
    provided = await testDatabase();
    database = openDatabase({ url: provided.url }, { applicationName: 'test', poolMax: 2 });
  });

  afterEach(async () => {
    await database.destroy();
    await provided.close();
  });

  it('answers every call as the functions of the database do', async () => {
    const outcomes = new Set<string>();
    const real = aRealStore(database);
    for (let seed = 1; seed <= SEQUENCES; seed += 1) {
      const partitions = Array.from({ length: PARTITIONS }, (_, index) => PARTITIONS * seed + index);
      const simulated = aSimulatedStore();
      const choices = Choices.seeded(seed);
      for (let call = 0; call < CALLS; call += 1) {
        const ask = call === 0 ? claimOfAll(partitions) : anyCall(choices, simulated, partitions);
        const answer = await outcomeOf(() => ask(simulated));
        expect(await outcomeOf(() => ask(real))).toEqual(answer);
        outcomes.add(typeof answer === 'string' ? answer : 'claimed');
      }
      expect(await rangesOf(database, partitions)).toEqual(
        [...simulated.deadLetterRanges.values()].toSorted((left, right) => left.partition - right.partition),
      );
      const cutFiles = cutFilesOf(simulated, partitions);
      expect(await realCutFilesOf(database, partitions)).toEqual(cutFiles);
      if (cutFiles.length > 0) outcomes.add('cut');
    }
    expect(outcomes).toEqual(new Set(['claimed', 'done', 'refused', 'other decoder', 'adopted', 'known', 'cut']));
  });
});

function aRealStore(database: Knex): AnyStore {
  const stream = { topic: 'devices', groupId: 'speed-layer', clusterId: 'cluster', archiveUrl: 'file:/archive' };
  const [store, newer] = [1, 2].map(
    (decoderVersion) =>
      new PostgresPositionStore(database, { ...stream, allowedLatenessMs: 0, owner: 'a test', decoderVersion }),
  ) as [PostgresPositionStore, PostgresPositionStore];
  const lost = new LostRecords(database, stream);
  const byATest = { acknowledgedBy: 'a test', detail: 'a test' };
  const abandoned = new AbandonedFiles(database, stream.topic);
  return {
    claim: (sinks, partitions, { decoderVersion }) => (decoderVersion === 1 ? store : newer).claim(sinks, partitions),
    commitTotals: (commit) => store.commitTotals(commit),
    recordIntent: (intent) => store.recordIntent(intent),
    completeChunk: (chunk) => store.completeChunk(chunk),
    lost: {
      acknowledgeGap: (gap) => lost.acknowledgeGap({ ...gap, ...byATest }),
      acknowledgeTruncation: (truncation) => lost.acknowledgeTruncation({ ...truncation, ...byATest }),
      adoptFile: (file) => abandoned.adopt(file),
    },
  };
}

function aSimulatedStore(): SimulatedStore {
  const nothing = () => undefined;
  return new SimulatedStore(
    {
      ledger: {
        claim: nothing,
        move: nothing,
        commit: nothing,
        intend: nothing,
        chunk: nothing,
        archivedUntil: nothing,
        giveUp: nothing,
        acknowledgeTruncation: nothing,
        adopt: nothing,
      },
      hours: new SimulatedHours({}),
      committedInKafka: new Map(),
      refused: (message) => new FenceLostError(message),
      nowMs: () => 0,
    },
    {},
  );
}

/** The database knows a topic from its first claim on. */
function claimOfAll(partitions: readonly number[]): (store: AnyStore) => unknown {
  return (store) => store.claim(SINKS, partitions, { decoderVersion: 1 });
}

/** A call that is right most of the time, and else off by a little. */
function anyCall(choices: Choices, state: SimulatedStore, partitions: readonly number[]): (store: AnyStore) => unknown {
  const kind = choices.below(14);
  if (kind < 2) {
    const claimed = [choices.of(partitions)];
    const sinks = choices.oneIn(4) ? SINKS.slice(0, 1) : SINKS;
    const decoderVersion = choices.oneIn(4) ? 2 : 1;
    return (store) => store.claim(sinks, claimed, { decoderVersion });
  }
  if (kind === 13) return aTruncation(choices, state, choices.of(partitions));
  if (kind < 5) {
    const moves = partitions
      .filter(() => choices.oneIn(2))
      .map((partition) => aMove(choices, state, partition, 'totals'));
    const deadLetterRanges = moves
      .filter(() => choices.oneIn(2))
      .map(({ partition, from, to }) => aRange(partition, from, to));
    const { totals, userHours } = NOTHING.rows();
    const lateness = { buckets: [], sumMs: 0, antennas: [] };
    return (store) =>
      store.commitTotals({ moves, totals, userHours, hourCounts: [], lateness, deadLetters: [], deadLetterRanges });
  }
  if (kind >= 11) return aGap(choices, state, choices.of(partitions));
  if (kind === 10) return anAdoption(choices, state, choices.of(partitions));
  const move = aMove(choices, state, choices.of(partitions), 'archive');
  const { partition, epoch, from: startOffset, to: endOffset } = move;
  const path = `hour/${partition}.${state.lost.generation(partition)}-${startOffset}-${choices.oneIn(4) ? 'other' : endOffset}`;
  if (kind < 7) {
    const { fingerprint } = move;
    const intent = { partition, epoch, startOffset, endOffset, decoderVersion: 1, paths: [path], fingerprint };
    return (store) => store.recordIntent(intent);
  }
  const stored = { sizeBytes: 1, checksum: 'sum' };
  const file = {
    ...stored,
    path: `${state.manifest.size}/${path}`,
    hourMs: HOUR_MS,
    rows: 1,
    eventBytes: 1n,
    erasedEvents: 0,
  };
  const isEmpty = choices.oneIn(4);
  return (store) => store.completeChunk({ move, decoderVersion: 1, files: isEmpty ? [] : [file], hasIntent: !isEmpty });
}

/** Of which the position, the epoch or the intent is sometimes not the one that there is. */
function aGap(choices: Choices, state: SimulatedStore, partition: number): (store: AnyStore) => unknown {
  const sink = choices.of(SINKS);
  const { from: nextOffset, epoch } = aMove(choices, state, partition, sink);
  const intent = sink === 'archive' ? state.intents.get(partition) : undefined;
  const openIntent = choices.oneIn(4) ? undefined : intent;
  const to = Math.max(nextOffset + 1, intent?.endOffset ?? 0);
  const files = (openIntent?.paths ?? []).filter(() => choices.oneIn(2)).map(aFile);
  const position = { sink, partition, nextOffset, epoch, openIntent, fingerprint: undefined };
  return (store) => store.lost.acknowledgeGap({ position, to, files });
}

/** Of which the positions are sometimes not those that there are. */
function aTruncation(choices: Choices, state: SimulatedStore, partition: number): (store: AnyStore) => unknown {
  const held = state.lost.heldPositions().filter((position) => position.partition === partition);
  const positions: HeldPosition[] = held.map((position) =>
    choices.oneIn(6) ? { ...position, epoch: position.epoch - 1 } : position,
  );
  const ends = held.flatMap(({ nextOffset, openIntent }) => [nextOffset, openIntent?.endOffset ?? 0]);
  const offset = choices.below(Math.max(1, ...ends));
  const intent = held.find(({ openIntent }) => openIntent !== undefined)?.openIntent;
  const isCut = intent !== undefined && intent.endOffset > offset;
  const files = (isCut ? intent.paths : []).filter(() => choices.oneIn(2)).map(aFile);
  return (store) => store.lost.acknowledgeTruncation({ partition, offset, positions, files });
}

function anAdoption(choices: Choices, state: SimulatedStore, partition: number): (store: AnyStore) => unknown {
  const abandoned = [...state.lost.abandoned.keys(), `a path of ${partition} that was never given up`];
  const file = aFile(choices.of(abandoned));
  return (store) => store.lost.adoptFile(file);
}

function aFile(path: string): ArchivedFile {
  return { path, hourMs: HOUR_MS, rows: 1, eventBytes: 1n, erasedEvents: 0, sizeBytes: 1, checksum: 'sum' };
}

function aMove(choices: Choices, state: SimulatedStore, partition: number, sink: Sink): PositionMove {
  const intent = sink === 'archive' ? state.intents.get(partition) : undefined;
  const from = state.nextOffset(sink, partition) + (choices.oneIn(6) ? 1 : 0);
  const to = intent !== undefined && !choices.oneIn(4) ? intent.endOffset : from + 1 + choices.below(3);
  const fingerprint = choices.oneIn(3) ? undefined : { offset: from, hash: `record ${choices.below(1_000)}` };
  return {
    partition,
    epoch: state.epoch(sink, partition) - (choices.oneIn(6) ? 1 : 0),
    from,
    to: Math.max(to, from + 1),
    fingerprint,
    greatestEventTimeMs: undefined,
  };
}

function aRange(partition: number, from: number, to: number): DeadLetterRange {
  return { partition, reason: 'not_json', firstOffset: from, lastOffset: to - 1, records: to - from };
}

async function rangesOf(database: Knex, partitions: readonly number[]): Promise<unknown> {
  const statement = `
    SELECT partition, reason, first_offset::float8 AS "firstOffset", last_offset::float8 AS "lastOffset",
      records::float8 AS records
    FROM pipeline.dead_letter_range WHERE partition = ANY (:partitions) ORDER BY partition`;
  return (await database.raw<{ rows: unknown }>(statement, { partitions })).rows;
}

/** The missing files of cut chunks, with the end of what can be read for them, in the order of their paths. */
function cutFilesOf({ lost }: SimulatedStore, partitions: readonly number[]): readonly unknown[] {
  return partitions
    .flatMap((partition) => lost.cutChunks(partition))
    .map(([path, { readableEnd }]) => ({ path, readableEnd }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function realCutFilesOf(database: Knex, partitions: readonly number[]): Promise<unknown> {
  const statement = `
    SELECT path, readable_end::float8 AS "readableEnd" FROM pipeline.abandoned_path
    WHERE readable_end > start_offset AND partition = ANY (:partitions) ORDER BY path`;
  return (await database.raw<{ rows: unknown }>(statement, { partitions })).rows;
}

async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    const answer = await call();
    if (typeof answer === 'boolean') return answer ? 'adopted' : 'known';
    if (typeof answer === 'number') return 'done';
    return Array.isArray(answer)
      ? answer.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
      : 'done';
  } catch (error) {
    if (error instanceof FenceLostError) return 'refused';
    if (
      error instanceof DecoderRefusedError ||
      (error instanceof Error && 'code' in error && error.code === 'DECODER_VERSION')
    )
      return 'other decoder';
    throw error;
  }
}
