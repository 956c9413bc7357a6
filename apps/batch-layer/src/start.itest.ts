import { TestSystem } from './testing/test-system.ts';

const ONE_HOUR = ['run', '--date=2022-10-29', '--hour=13'];

let system: TestSystem;
beforeEach(async () => {
  system = await TestSystem.start();
});
afterEach(() => system.close());

describe('the status command of the batch layer', () => {
  it('lists the hours with their finality, the reason when they are not final, and whether they are dirty', async () => {
    await system.worker.archive(0, [{ at: '2022-10-29T13:00:00Z' }, { at: '2022-10-29T14:00:00Z' }]);
    await system.batchLayer(ONE_HOUR);
    const before = await system.batchLayer(['status']);
    expect(before.exitCode).toBe(0);
    expect(before.stdout).toMatch(
      /2022-10-29T13 │ no .* 1 .* 1 .*│ 1 .* no: arrivals until .* partition 0 of devices \(nothing archived\)/,
    );
    expect(before.stdout).toMatch(/2022-10-29T14 │ dirty .* never /);
    expect(before.stdout).toContain('hours: 2, dirty: 1');
    await system.worker.noteEnds();
    expect((await system.batchLayer(['status'])).stdout).toMatch(/2022-10-29T13 │ no .*│ final/);
  });

  it('says that no hour is known when the database is empty', async () => {
    expect((await system.batchLayer(['status'])).stdout).toBe('no hour was counted, archived or computed yet\n');
  });
});

describe('the batch layer refuses to start', () => {
  it('without the schema, and names the provisioner as the command that creates it', async () => {
    await system.rowsOf('DROP SCHEMA pipeline CASCADE');
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/SCHEMA_MISSING: .*provisioner:run/);
  });

  it('with a newer schema', async () => {
    await system.rowsOf('UPDATE pipeline.schema_version SET version = 9, compatible_since = 9');
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('SCHEMA_VERSION: ');
  });
});
