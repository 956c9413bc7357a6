import { HourNotFinalError, NewerResultError, TotalsContradictionError } from './errors.ts';
import { type HourOptions, type HourOutcome, runHour, runHours } from './run-hour.ts';
import { aFile, aManifest, HOUR, someTotals } from './testing/an-hour.ts';
import { fakePorts } from './testing/fake-ports.ts';

const plain: HourOptions = { allowedLatenessMs: 60_000, requireFinal: false, dryRun: false };

describe('an hour of the archive', () => {
  it('is listed between two readings of the manifest, aggregated and committed', async () => {
    const { ports, calls, commits } = fakePorts();
    const result = await runHour(ports, HOUR, plain);
    expect(calls).toEqual(['manifest', 'list', 'manifest', 'aggregate', 'commit']);
    expect(result).toMatchObject({ outcome: 'written', revision: 1, eventBytes: 12n, finality: { isFinal: true } });
    expect(commits).toEqual([
      {
        ...someTotals(),
        hourMs: HOUR,
        revision: 1,
        wasFinal: true,
        engine: 'fake',
        files: [aFile()],
        eventBytes: 12n,
        startedAtMs: aManifest().readAtMs,
      },
    ]);
  });

  it('is committed with the revision of the first reading, whatever was archived meanwhile', async () => {
    const later = aFile({ path: 'later.parquet' });
    const readings = [aManifest(), aManifest({ revision: 2, files: [aFile(), later] })];
    const { ports, commits } = fakePorts({ readings, listed: [aFile(), later] });
    await runHour(ports, HOUR, plain);
    expect(commits).toMatchObject([{ revision: 1, files: [aFile()] }]);
  });

  it('is only previewed in a dry run', async () => {
    const { ports, calls } = fakePorts();
    const result = await runHour(ports, HOUR, { ...plain, dryRun: true });
    expect(calls).toEqual(['manifest', 'list', 'manifest', 'aggregate', 'preview']);
    expect(result).toMatchObject({ outcome: 'previewed', preview: { usersOverQuota: 1 } });
  });
});

describe('an hour that is not final', () => {
  const readings = [aManifest({ partitions: [] })];

  it('is computed, and the run is recorded as not final', async () => {
    const { ports, commits } = fakePorts({ readings });
    await runHour(ports, HOUR, plain);
    expect(commits).toMatchObject([{ wasFinal: false }]);
  });

  it('is refused before its files are read, if a final hour is required', async () => {
    const { ports, calls } = fakePorts({ readings });
    const run = runHour(ports, HOUR, { ...plain, requireFinal: true });
    await expect(run).rejects.toThrow(HourNotFinalError);
    await expect(run).rejects.toMatchObject({ code: 'HOUR_NOT_FINAL', obstacle: 'topic not read' });
    await expect(run).rejects.toThrow('hour 2022-10-29T13 is not final: no worker has read the topic yet');
    expect(calls).toEqual(['manifest']);
  });
});

describe('an hour without files', () => {
  it('is not computed when it was never archived or computed', async () => {
    const readings = [aManifest({ revision: 0, isKnown: false, files: [] })];
    const { ports, calls } = fakePorts({ readings, listed: [] });
    expect(await runHour(ports, HOUR, plain)).toMatchObject({ outcome: 'no-events' });
    expect(calls).toEqual(['manifest', 'list', 'manifest']);
  });

  it('is computed as empty when it was computed before', async () => {
    const readings = [aManifest({ revision: 0, isForeign: true, files: [] })];
    const { ports, commits } = fakePorts({ readings, listed: [] });
    expect(await runHour(ports, HOUR, plain)).toMatchObject({ outcome: 'written' });
    expect(commits).toMatchObject([{ rows: [], events: 0, files: [], eventBytes: 0n }]);
  });
});

describe('an hour of a foreign archive', () => {
  it('is computed from the listing', async () => {
    const readings = [aManifest({ revision: 0, isKnown: false, isForeign: true, files: [] })];
    const listed = [{ path: 'part-00000.snappy.parquet', sizeBytes: 17 }];
    const { ports, commits } = fakePorts({ readings, listed, totals: someTotals({ offsets: undefined }) });
    await runHour(ports, HOUR, plain);
    expect(commits).toMatchObject([{ revision: 0, files: listed, offsets: undefined }]);
  });

  it('keeps its result when the layout hides files, even if the listing is empty', async () => {
    const readings = [aManifest({ revision: 0, isForeign: true, files: [] })];
    const layoutError = new Error('a table of Delta Lake');
    const { ports, commits } = fakePorts({ readings, listed: [], layoutError });
    await expect(runHour(ports, HOUR, plain)).rejects.toThrow('a table of Delta Lake');
    expect(commits).toEqual([]);
  });
});

describe('a run that another run overtakes', () => {
  it('reads the hour again and commits the totals of the newer revision', async () => {
    const readings = [aManifest(), aManifest(), aManifest({ revision: 2 })];
    const { ports, commits } = fakePorts({ readings, commitErrors: [new NewerResultError('newer')] });
    expect(await runHour(ports, HOUR, plain)).toMatchObject({ outcome: 'written', revision: 2 });
    expect(commits).toHaveLength(1);
  });

  it('gives up when the manifest stays older than the result', async () => {
    const commitErrors = Array.from({ length: 3 }, () => new NewerResultError('newer'));
    const { ports, calls } = fakePorts({ commitErrors });
    await expect(runHour(ports, HOUR, plain)).rejects.toThrow(NewerResultError);
    expect(calls.filter((call) => call === 'commit')).toHaveLength(3);
  });
});

it('hours are computed one after another, and the failure of one does not stop the next', async () => {
  const NEXT_HOUR = HOUR + 3_600_000;
  const engine = {
    name: 'fake',
    aggregate: (hourMs: number) => Promise.resolve(someTotals({ events: hourMs === HOUR ? 1 : 2 })),
  };
  const options = { allowedLatenessMs: 0, requireFinal: false, dryRun: false };

  const outcomes: HourOutcome[] = [];
  for await (const outcome of runHours({ ...fakePorts().ports, engine }, [HOUR, NEXT_HOUR], options)) {
    outcomes.push(outcome);
  }

  expect(outcomes).toMatchObject([
    { hourMs: HOUR, ok: false },
    { hourMs: NEXT_HOUR, ok: true, result: { outcome: 'written' } },
  ]);
  expect(outcomes[0]?.ok === false && outcomes[0].error).toBeInstanceOf(TotalsContradictionError);
});
