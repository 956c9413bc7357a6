import { fileURLToPath } from 'node:url';
import {
  recordOutput,
  secretOfRun,
  type TemporaryFolder,
  temporaryFolder,
  testBucket,
  type TestDatabase,
  testDatabase,
} from '@antenna/test-kit';
import { execute } from '@antenna/cli';
import { ensureLogin, LOGINS, openDatabase, seedUsers } from '@antenna/usage-store';
import { execa } from 'execa';
import { batchLayer } from '../batch-layer.ts';
import { TestWorker } from './test-worker.ts';

export { writeInt96Event } from '@antenna/test-kit';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const FAILPOINTS = fileURLToPath(new URL('../../../../tools/e2e/src/failpoints.ts', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** Exit code and output of a command of the batch layer. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A test's own database and archive, a worker that fills them, and the commands of the batch layer. */
export class TestSystem {
  readonly worker: TestWorker;
  /** The root of an archive on a local disk. */
  readonly archiveFolder: string;
  readonly #database: ReturnType<typeof openDatabase>;
  readonly #provided: TestDatabase;
  readonly #folder: TemporaryFolder;
  /** The settings of the batch layer as environment variables. */
  readonly environment: Environment;
  /** The same settings with the login of an operator, which erases persons. */
  readonly operatorEnvironment: Environment;

  private constructor(parts: {
    readonly worker: TestWorker;
    readonly database: ReturnType<typeof openDatabase>;
    readonly provided: TestDatabase;
    readonly folder: TemporaryFolder;
    readonly env: Environment;
    readonly operatorUrl: string;
  }) {
    this.worker = parts.worker;
    this.archiveFolder = parts.folder.path;
    this.#database = parts.database;
    this.#provided = parts.provided;
    this.#folder = parts.folder;
    this.environment = parts.env;
    this.operatorEnvironment = { ...parts.env, DATABASE_URL: parts.operatorUrl };
  }

  static async start(storage: 'disk' | 'bucket' = 'disk'): Promise<TestSystem> {
    const [provided, folder] = await Promise.all([testDatabase(), temporaryFolder()]);
    const bucket = storage === 'bucket' ? await testBucket() : undefined;
    const archive = bucket?.url ?? `file://${folder.path}`;
    const database = openDatabase({ url: provided.url }, { applicationName: 'test' });
    await seedUsers(database);
    // Each program logs in with its own role, so that the tests show that its rights are enough.
    const urlOf = async (login: (typeof LOGINS)['batchLayer' | 'operator']) => {
      const password = secretOfRun();
      await ensureLogin(database, { url: provided.url }, { ...login, password });
      return Object.assign(new URL(provided.url), { username: login.role, password }).href;
    };
    const operatorUrl = await urlOf(LOGINS.operator);
    const env = {
      LOG_LEVEL: 'error',
      DATABASE_URL: await urlOf(LOGINS.batchLayer),
      ARCHIVE_URL: archive,
      ...(bucket === undefined ? {} : { STORAGE_EMULATOR_HOST: bucket.endpoint }),
    };
    const worker = await TestWorker.open(database, archive, bucket?.endpoint);
    return new TestSystem({ worker, database, provided, folder, env, operatorUrl });
  }

  /** Starts one in which an hour is counted, archived and computed. @returns it, and the path of the archived file. */
  static async withComputedHour(
    hour: readonly string[],
    events: Parameters<TestWorker['count']>[1],
  ): Promise<readonly [TestSystem, string]> {
    const system = await TestSystem.start();
    await system.worker.count(0, events);
    const [file] = await system.worker.archive(0, events);
    const { exitCode, stderr } = await system.batchLayer(['run', ...hour]);
    if (exitCode !== 0) throw new Error(stderr);
    return [system, file?.path ?? ''];
  }

  /** Runs a command of the batch layer inside this process. */
  async batchLayer(args: readonly string[], env: Environment = {}): Promise<Ended> {
    const written = { out: '', err: '' };
    const writeOut = (text: string) => (written.out += text);
    const writeErr = (text: string) => (written.err += text);
    const exitCode = await execute(batchLayer, { args, env: { ...this.environment, ...env }, writeOut, writeErr });
    recordOutput('stdout', written.out);
    recordOutput('stderr', written.err);
    return { exitCode, stdout: written.out, stderr: written.err };
  }

  /** Runs a command of the batch layer as a separate process. */
  async batchLayerProcess(args: readonly string[], environment: Environment = {}): Promise<Ended> {
    const env = { ...this.environment, ...environment, NODE_OPTIONS: '' };
    const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, ...args], { reject: false, env });
    return { exitCode, stdout, stderr };
  }

  /** Starts the erasure of a user in a process that dies or freezes at a failpoint (tools/e2e/src/failpoint.ts). */
  startErasure(id: string, failpoint: string, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL') {
    const env = { ...this.operatorEnvironment, NODE_OPTIONS: '', FAILPOINT: failpoint, FAILPOINT_SIGNAL: signal };
    const args = ['--import', FAILPOINTS, MAIN, 'erase', `--user=${id}`];
    return execa(process.execPath, args, { reject: false, all: true, env });
  }

  get databaseUrl(): string {
    return this.#provided.url;
  }

  async rowsOf<Row = Record<string, unknown>>(statement: string): Promise<readonly Row[]> {
    return (await this.#database.raw<{ rows: Row[] }>(statement)).rows;
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.#database.destroy();
    await this.#provided.close();
    await this.#folder.close();
  }
}
