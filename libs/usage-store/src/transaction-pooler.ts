import type { Client } from 'pg';

/** A client of the driver, with the process id that the server or pooler sent at the start of the connection. */
export interface PooledClient extends Client {
  readonly processID?: number | null;
}

interface Session {
  readonly client: PooledClient;
  /** The id of the server process that answered a statement. */
  readonly pid: number;
}

/**
 * How often both connections are queried: a busy pool may happen to lend each a session that proves nothing, in at most
 * one round of eight if it lends its sessions at random.
 */
const ROUNDS = 10;

/** How long the second connection waits for a session: longer than a busy pool usually takes to free one. */
const SESSION_MS = 3_000;

/**
 * Whether the connection goes through a pooler in transaction mode. At the start of a connection a server sends the
 * process id of the session, while a pooler, which has no session yet, sends another number. In session mode the
 * connection then keeps one session to itself. In transaction mode a second connection gets the session that the first
 * has just left, or the first gets another session.
 */
export async function isSharedByTransactions(
  { client, pid }: Session,
  connect: (answerMs: number) => Promise<PooledClient>,
): Promise<boolean> {
  if (client.processID === pid) return false;
  const second = await connect(SESSION_MS);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      if ((await backendOf(second)) === pid) return true;
      // Twice, since a busy pool of two sessions may lend them in turn: the other to the second, this one to the first.
      if ((await backendOf(client)) !== pid || (await backendOf(client)) !== pid) return true;
    }
    return false;
  } catch (error) {
    // In session mode the second connection times out when the pool has only one session.
    if (error instanceof Error && error.message === QUERY_TIMEOUT) return false;
    throw error;
  } finally {
    await second.end();
  }
}

/** The driver's message for a query that gets no answer within `query_timeout`. */
const QUERY_TIMEOUT = 'Query read timeout';

async function backendOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
