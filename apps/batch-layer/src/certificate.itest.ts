import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@antenna/test-kit';
import { TestSystem } from './testing/test-system.ts';

const HOUR = ['--date=2022-10-29', '--hour=13'];
const AT = '2022-10-29T13:00:00Z';

/** Nothing listens there: a connection would fail. */
const NO_DATABASE = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };

let system: TestSystem;
let folder: TemporaryFolder;
let file: string;

beforeEach(async () => {
  [system, folder] = await Promise.all([TestSystem.start(), temporaryFolder()]);
  file = join(folder.path, 'certificate.json');
});

afterEach(() => Promise.all([system.close(), folder.close()]));

/** Computes the hour as final. @returns the path of the newest file of the archive. */
async function computed(): Promise<string> {
  const [archived] = await system.worker.archive(0, [
    { at: AT, id: 'ana', bytes: 5 },
    { at: AT, id: 'O"P\\é\u{10000}\uffee', bytes: 7 },
  ]);
  await system.worker.noteEnds();
  expect(await system.batchLayer(['run', ...HOUR])).toMatchObject({ exitCode: 0 });
  return join(system.archiveFolder, archived?.path ?? '');
}

async function print(): Promise<string> {
  const { stdout } = await system.batchLayer(['certificate', ...HOUR, '--output=json']);
  await writeFile(file, stdout);
  return stdout;
}

const verify = () => system.batchLayer(['verify', `--certificate=${file}`], NO_DATABASE);

describe('the certificate of a final hour', () => {
  it('proves the archive without the database, and stands in the report of the run', async () => {
    await computed();
    await computed();
    const { number, hash } = JSON.parse(await print()) as { number: number; hash: string };
    expect(await verify()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/as certified[^]*hash/) as string,
    });
    const again = await system.batchLayer(['run', ...HOUR]);
    expect(again.stdout).toMatch(new RegExp(`0 +│ ${number} ${hash.slice(0, 12)}`));
  });

  it('is found different from an archive with a changed byte', async () => {
    const path = await computed();
    await print();
    const content = await readFile(path);
    content.writeUInt8(content.readUInt8(content.length - 12) ^ 1, content.length - 12);
    await writeFile(path, content);
    const { exitCode, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/CERTIFICATE_DIFFERS: .*devices-0-\S+ (has checksum|cannot be read)/);
  });

  it('is found different from an archive without one of its files', async () => {
    const path = await computed();
    await print();
    await rm(path);
    const { exitCode, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/CERTIFICATE_DIFFERS: .*devices-0-\S+ is missing/);
  });

  it('is found different from an archive with another file in the hour, such as that of late events', async () => {
    await computed();
    await print();
    await system.worker.archive(0, [{ at: AT }]);
    const { exitCode, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/CERTIFICATE_DIFFERS: .*devices-0-\S+ is not in the certificate: late events/);
  });

  it('is found edited', async () => {
    await computed();
    await writeFile(file, (await print()).replace('"eventBytes":"12"', '"eventBytes":"13"'));
    const { exitCode, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('CERTIFICATE_INVALID: certificate 1 was edited');
  });

  it('names the one that it replaces, and corrections name the late events, after the hour was corrected', async () => {
    await computed();
    await computed();
    const { exitCode, stdout } = await system.batchLayer(['corrections', ...HOUR]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/user_total_bytes +│ ana +│ 5 +│ 10 +│ 5 +│/);
    expect(stdout).toMatch(/2 late events in year=\S+devices-0-000000000002-000000000004\.parquet \[2, 4\)/);
    expect(JSON.parse(await print())).toMatchObject({ number: 2, replaces: { number: 1 } });
    expect(await verify()).toMatchObject({ exitCode: 0 });
  });

  it('does not exist for an hour that is not final', async () => {
    await system.worker.archive(0, [{ at: AT }]);
    await system.batchLayer(['run', ...HOUR]);
    const { exitCode, stderr } = await system.batchLayer(['certificate', ...HOUR]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('NO_CERTIFICATE: hour 2022-10-29T13 has no certificate');
  });
});

describe('the chain of certificates', () => {
  it('is proven as a whole', async () => {
    await computed();
    await computed();
    const { exitCode, stdout } = await system.batchLayer(['certificate', '--all']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/│ 2 +│ 2 +│ [0-9a-f]{64} │ 0 +│ 0 /);
  });

  it('is broken when one is left out', async () => {
    await computed();
    await computed();
    await system.rowsOf(`SET session_replication_role = replica; DELETE FROM pipeline.certificate WHERE number = 1`);
    const { exitCode, stderr } = await system.batchLayer(['certificate', '--all']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('CERTIFICATE_CHAIN_BROKEN: the chain of certificates is broken');
    expect(stderr).toContain('certificate 1 is missing');
  });
});
