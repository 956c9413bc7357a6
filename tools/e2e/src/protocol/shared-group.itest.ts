import { streamDifferences } from '@antenna/oracle';
import { type Environment } from '@antenna/test-kit';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, hasClaimed, serve, startWorker, stop } from '../workers.ts';

describe('two databases with one consumer group', () => {
  let production: Stream;
  let staging: Stream;

  beforeEach(async () => {
    [production, staging] = await Promise.all([newStream({ partitions: 2 }), newStream({ partitions: 2 })]);
  });

  afterEach(async () => {
    await Promise.all([production.close(), staging.close()]);
  });

  function inGroupOfProduction(topic: string): Environment {
    return { ...staging.environment, KAFKA_GROUP_ID: production.topic, KAFKA_TOPIC: topic };
  }

  it.each([
    ['the same topic', () => production.topic],
    ['another topic', () => staging.topic],
  ])('the second, with %s, is refused before it joins, and the first loses nothing', async (_which, topicOfStaging) => {
    const records = someRecords(11, 2_000);
    const first = serve(production.environment);
    await hasClaimed(first);
    const { exitCode, all } = await startWorker('serve', inGroupOfProduction(topicOfStaging()));
    expect(all).toContain(`OTHER_STREAM`);
    expect(all).toContain('speed-layer:release-group');
    expect(all).not.toContain('"claimed"');
    expect(exitCode).toBe(1);

    await send(production, records);
    await drain(production.environment);
    await stop(first.worker);
    expect(await streamDifferences(production, records)).toEqual([]);
  });

  it('the group goes to the second by release-group, once no worker of the first is in it', async () => {
    const first = serve(production.environment);
    await hasClaimed(first);
    const held = await startWorker('release-group', production.environment);
    expect(held.all).toContain('GROUP_IN_USE');
    expect(held.all).toContain('speed-layer at /');
    expect(held.exitCode).toBe(1);

    await stop(first.worker);
    const released = await startWorker('release-group', production.environment);
    expect(released.all).toMatch(/^group \S+ is released: it served database \S+; 2 committed offsets are gone/);
    expect(released.exitCode).toBe(0);
    expect((await startWorker('release-group', production.environment)).all).toContain('nothing to release');

    await drain(inGroupOfProduction(production.topic));
    const { all, exitCode } = await startWorker('drain', production.environment);
    expect(all).toContain('OTHER_STREAM');
    expect(exitCode).toBe(1);
  });
});
