import type { Client } from 'pg';

/** A client of the driver, which keeps the process id that the other end gave it at the start of the connection. */
export interface PooledClient extends Client {
  readonly processID?: number | null;
}

interface Session {
  readonly client: PooledClient;
  /** Of the server's process that answered a statement. */
  readonly pid: number;
}

/** How often both connections are asked: a busy pool may happen to give both another session each time. */
const ROUNDS = 3;

/** How long the second connection waits for a session: as long as a busy pool may take to have one free. */
const SESSION_MS = 3_000;

/**
 * Whether a pooler stands between this connection and the server that lends sessions for the length of a transaction.
 * A server names the process of the session at the start of the connection; a pooler, which has no session yet, some other
 * number. In session mode the connection then keeps one session to itself; in transaction mode a second connection is
 * lent the session that the first has just left, or the first comes back to another one.
 */
export async function isSharedByTransactions(
  { client, pid }: Session,
  connect: (answerMs: number) => Promise<PooledClient>,
): Promise<boolean> {
  if (client.processID === pid) return false;
  const second = await connect(SESSION_MS);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      if ((await backendOf(second)) === pid || (await backendOf(client)) !== pid) return true;
    }
    return false;
  } catch (error) {
    // In session mode a second connection waits in vain where the pool has one session only.
    if (error instanceof Error && error.message === QUERY_TIMEOUT) return false;
    throw error;
  } finally {
    await second.end();
  }
}

/** What the driver says of a query that was not answered in `query_timeout`. */
const QUERY_TIMEOUT = 'Query read timeout';

async function backendOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
