import { FenceLostError } from '@antenna/ingestion';
import { type TestDatabase, testDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { openDatabase } from './database.ts';
import { ChunkInProgressError, OtherStreamError } from './errors.ts';
import { PostgresHourStore } from './hour-store.ts';
import { PostgresPositionStore, type StreamIdentity } from './position-store.ts';
import { StreamOperations } from './stream-operations.ts';
import { StreamProgress } from './stream-progress.ts';

const STREAM: StreamIdentity = {
  topic: 'devices',
  groupId: 'speed-layer',
  clusterId: 'cluster',
  archiveUrl: 'file:/archive',
  allowedLatenessMs: 60_000,
  owner: 'a test',
};

let provided: TestDatabase;
let database: Knex;

beforeEach(async () => {
  provided = await testDatabase();
  database = openDatabase({ url: provided.url }, { applicationName: 'test', poolMax: 8 });
});

afterEach(async () => {
  await database.destroy();
  await provided.close();
});

const storeOf = (stream: Partial<StreamIdentity>) => new PostgresPositionStore(database, { ...STREAM, ...stream });
const operations = (topic = 'devices') => new StreamOperations(database, topic);
const note = (topic: string, ends: readonly (readonly [number, number])[]) =>
  new StreamProgress(database, topic).noteEnds(() => Promise.resolve(new Map(ends)));
const move = (from: number, to: number) => ({
  partition: 0,
  epoch: 1,
  from,
  to,
  fingerprint: undefined,
  greatestEventTimeMs: undefined,
});
const chunkTo = (to: number) => ({ move: move(0, to), decoderVersion: 1, files: [], hasIntent: false });

describe('a database that belongs to a topic', () => {
  it('refuses another topic, also when workers of both make the first claim concurrently', async () => {
    const claims = await Promise.allSettled(
      ['devices', 'devices-test'].map((topic) => storeOf({ topic }).claim(['totals'], [0])),
    );
    const refused = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason as unknown] : []));
    expect(refused).toEqual([expect.any(OtherStreamError)]);
    await expect(storeOf({ topic: 'a third' }).claim(['totals'], [0])).rejects.toThrow(
      /this database keeps topic devices(-test)?; this program has topic a third/,
    );
  });

  it('refuses another archive, also after its first topic was retired', async () => {
    await storeOf({}).claim(['totals', 'archive'], [0]);
    await operations().retireTopic();
    await expect(storeOf({ topic: 'next', archiveUrl: 'file:/b' }).claim(['totals', 'archive'], [0])).rejects.toThrow(
      'topic devices is archived at file:/archive; this program has archive file:/b',
    );
  });
});

describe('a retired topic', () => {
  beforeEach(async () => {
    await storeOf({}).claim(['totals', 'archive'], [0]);
  });

  it('can be followed by another topic, and is then refused', async () => {
    await operations().retireTopic();
    await storeOf({ topic: 'next' }).claim(['totals', 'archive'], [0]);
    await expect(storeOf({}).claim(['totals'], [0])).rejects.toThrow('this database keeps topic next');
  });

  it('is refused before another topic follows', async () => {
    await operations().retireTopic();
    await expect(storeOf({}).claim(['totals'], [0])).rejects.toThrow('topic devices was retired from this database');
  });

  it('fences a worker that still runs', async () => {
    await operations().retireTopic();
    await expect(storeOf({}).completeChunk(chunkTo(5))).rejects.toThrow(FenceLostError);
  });

  it('no longer keeps hours from becoming final', async () => {
    await note('devices', [[0, 10]]);
    const hours = new PostgresHourStore(database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 1 });
    expect((await hours.statuses()).partitions).toMatchObject([{ topic: 'devices', archivedUntilMs: undefined }]);
    await operations().retireTopic();
    await note('devices', [[0, 20]]);
    expect((await hours.statuses()).partitions).toEqual([]);
  });

  it('reports its unprocessed offsets each time that it is retired', async () => {
    await storeOf({}).completeChunk(chunkTo(6));
    await database.raw(`UPDATE pipeline.position SET next_offset = 8 WHERE sink = 'totals'`);
    await note('devices', [[0, 10]]);
    const left = { partitions: 1, notCounted: 2, notArchived: 2, files: 0 };
    expect(await operations().retireTopic()).toEqual({ isChanged: true, ...left });
    expect(await operations().retireTopic()).toEqual({ isChanged: false, ...left });
  });

  it('can be restored with its positions, unless another topic has taken its place', async () => {
    await storeOf({}).completeChunk(chunkTo(6));
    await operations().retireTopic();
    await storeOf({ topic: 'next' }).claim(['totals'], [0]);
    await expect(operations().restoreTopic()).rejects.toThrow('this database keeps topic next by now');
    await operations('next').retireTopic();
    expect(await operations().restoreTopic()).toBe(true);
    expect(await operations().restoreTopic()).toBe(false);
    expect(await storeOf({}).claim(['archive'], [0])).toMatchObject([{ nextOffset: 6 }]);
  });

  it('must have no open intent', async () => {
    await storeOf({}).recordIntent({
      partition: 0,
      epoch: 1,
      startOffset: 0,
      endOffset: 6,
      decoderVersion: 1,
      paths: ['a'],
    });
    await expect(operations().retireTopic()).rejects.toThrow(ChunkInProgressError);
    expect(await storeOf({}).claim(['archive'], [0])).toMatchObject([{ epoch: 2 }]);
  });

  it('must have been claimed in this database before', async () => {
    await expect(operations('another').retireTopic()).rejects.toThrow('no worker has ever kept topic another');
  });
});
