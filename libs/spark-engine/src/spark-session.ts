import { setTimeout as delay } from 'node:timers/promises';
import { auth, connections, HiveClient, HiveUtils, thrift } from 'hive-driver';
import { SparkError } from './spark-error.ts';

/** Spark's SQL endpoint: its Thrift server in binary mode, with SASL PLAIN (the modes NONE, LDAP and CUSTOM). */
export interface SparkEndpoint {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
}

/** The driver's type of the code generated from the Thrift service definition. */
type ThriftTypes = ConstructorParameters<typeof HiveUtils>[0];
interface Service {
  readonly TCLIService: object;
  readonly TCLIService_types: ThriftTypes;
}
type Session = Awaited<ReturnType<HiveClient['openSession']>>;
type Operation = Awaited<ReturnType<Session['executeStatement']>>;

/** HIVE_CLI_SERVICE_PROTOCOL_V10: results in columns. */
const PROTOCOL = 9;
const CONNECT_TIMEOUT_MS = 30_000;

/** Deadlines after which a statement fails. */
export interface SparkDeadlines {
  /** For one answer: long enough for a garbage collection of the driver, but finite, since its host may be gone. */
  readonly answerMs: number;
  /** For a statement to finish. An hour that takes more than an hour to add up never catches up. */
  readonly statementMs: number;
}

const DEADLINES: SparkDeadlines = { answerMs: 120_000, statementMs: 3_600_000 };
const ROWS_A_FETCH = 50_000;
const [FIRST_POLL_MS, LAST_POLL_MS] = [25, 1_000];
/** Values of TOperationState. */
const [FINISHED, CANCELED, CLOSED, FAILED, TIMED_OUT] = [2, 3, 4, 5, 8];

/** A session of its own on Spark's SQL endpoint. */
export class SparkSession {
  readonly #session: Session;
  readonly #utils: HiveUtils;
  /** Rejects when the connection breaks, since pending answers never arrive then; never resolves. */
  readonly #lost: Promise<never>;
  readonly #deadlines: SparkDeadlines;

  private constructor(parts: {
    readonly session: Session;
    readonly utils: HiveUtils;
    readonly lost: Promise<never>;
    readonly deadlines: SparkDeadlines;
  }) {
    this.#session = parts.session;
    this.#utils = parts.utils;
    this.#lost = parts.lost;
    this.#deadlines = parts.deadlines;
  }

  /**
   * @param configuration settings of the session, by Spark's names.
   * @throws {SparkError} when the endpoint fails, or a deadline passes.
   */
  static async using<T>(
    endpoint: SparkEndpoint,
    configuration: Readonly<Record<string, string>>,
    work: (session: SparkSession) => Promise<T>,
    deadlines: SparkDeadlines = DEADLINES,
  ): Promise<T> {
    const service: Service = thrift;
    const types = service.TCLIService_types;
    const client = new HiveClient(service.TCLIService, types);
    const lost = brokenConnection(client, endpoint);
    try {
      const session = await Promise.race([openSession(client, endpoint, configuration), lost, tooLate(endpoint)]);
      const spark = new SparkSession({ session, utils: new HiveUtils(types), lost, deadlines });
      const result = await work(spark);
      await spark.#answer(session.close());
      return result;
    } finally {
      // The server then ends the session of this connection and its running statements.
      client.close();
    }
  }

  /** Runs a statement and fetches its rows. Values are texts or null; queries cast other types to text. */
  async *rows<Row>(statement: string): AsyncGenerator<readonly Row[], void, void> {
    const operation = await this.#answer(this.#session.executeStatement(statement, { runAsync: true }));
    await this.#finish(operation);
    operation.setMaxRows(ROWS_A_FETCH);
    do {
      await this.#answer(operation.fetch());
      // The caller's query names the columns of Row.
      yield this.#utils.getResult(operation).getValue() ?? [];
      operation.flush();
    } while (operation.hasMoreRows());
    await this.#answer(operation.close());
  }

  /** All rows of a statement at once: for few rows. */
  async all<Row>(statement: string): Promise<readonly Row[]> {
    const all: Row[] = [];
    for await (const rows of this.rows<Row>(statement)) all.push(...rows);
    return all;
  }

  async #finish(operation: Operation): Promise<void> {
    const endMs = performance.now() + this.#deadlines.statementMs;
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(LAST_POLL_MS, waitMs * 1.5)) {
      const { operationState = FAILED, errorMessage } = await this.#answer(operation.status(false));
      if (operationState === FINISHED) return;
      if ([CANCELED, CLOSED, FAILED, TIMED_OUT].includes(operationState)) {
        throw new SparkError('SPARK_FAILED', `Spark could not do it: ${shortened(errorMessage)}`);
      }
      if (performance.now() > endMs) {
        const seconds = this.#deadlines.statementMs / 1000;
        throw new SparkError('SPARK_FAILED', `Spark could not do it within ${seconds} s: give it more executors`);
      }
      await delay(waitMs);
    }
  }

  /** Wraps the objects that the driver throws, which are no errors. */
  async #answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await withinMs(this.#deadlines.answerMs, Promise.race([answer, this.#lost]));
    } catch (error) {
      if (error instanceof SparkError) throw error;
      const { message } = error as { readonly message?: string };
      throw new SparkError('SPARK_FAILED', `Spark could not do it: ${shortened(message)}`, { cause: error });
    }
  }
}

async function openSession(
  client: HiveClient,
  { host, port, username, password }: SparkEndpoint,
  configuration: Readonly<Record<string, string>>,
): Promise<Session> {
  // Authentication modes without a password accept any password except the empty one.
  const login = new auth.PlainTcpAuthentication({ username, password: password ?? 'none' });
  try {
    await client.connect({ host, port, options: {} }, new connections.TcpConnection(), login);
    return await client.openSession({
      client_protocol: PROTOCOL,
      configuration: Object.fromEntries(Object.entries(configuration).map(([k, v]) => [`set:hiveconf:${k}`, v])),
    });
  } catch (error) {
    const { message } = error as { readonly message?: string };
    throw unavailable(`cannot open a session (${shortened(message)})`, { host, port }, error);
  }
}

function brokenConnection(client: HiveClient, endpoint: SparkEndpoint): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  client.on('error', (error: unknown) => {
    reject(unavailable(`the connection failed (${String(error)})`, endpoint, error));
  });
  client.on('close', () => {
    reject(unavailable('the connection was closed', endpoint));
  });
  // The connection also closes after the work is done, when nothing awaits this promise.
  promise.catch(() => undefined);
  return promise;
}

/** @throws {SparkError} SPARK_UNAVAILABLE */
async function withinMs<T>(ms: number, answer: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const silence = delay(ms, undefined, { signal: waiting.signal }).then(() => {
    throw new SparkError('SPARK_UNAVAILABLE', `Spark's SQL endpoint has not answered within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    waiting.abort();
    silence.catch(() => undefined);
  }
}

async function tooLate(endpoint: SparkEndpoint): Promise<never> {
  await delay(CONNECT_TIMEOUT_MS, undefined, { ref: false });
  throw unavailable(`no session within ${CONNECT_TIMEOUT_MS / 1000} s`, endpoint);
}

function unavailable(fact: string, { host, port }: Pick<SparkEndpoint, 'host' | 'port'>, cause?: unknown): SparkError {
  return new SparkError(
    'SPARK_UNAVAILABLE',
    `Spark's SQL endpoint at ${host}:${port}: ${fact}; see that its Thrift server runs there and that SPARK_SQL_URL ` +
      `and the login are right`,
    { cause },
  );
}

/** Spark's messages contain the whole stack; the first lines name the cause. */
function shortened(message = 'without a reason'): string {
  return (
    message
      .replace(/^.*?Error running query: /s, '')
      .split('\n', 1)[0]
      ?.slice(0, 1_000) ?? message
  );
}
