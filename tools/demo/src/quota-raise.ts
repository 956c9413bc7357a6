import { type Check, compareRows, quotaEventDifferences, type QuotaMessage, withTables } from '@antenna/oracle';
import pg from 'pg';

/** The user whose quota is raised after the stream has counted: fede, who exceeds 5,000 bytes in every hour. */
const USER = '00000000-0000-0000-0000-000000000004';
const RAISED = 1_000_000_000;

/** What the quota events tell, and whether it is true. */
export interface QuotaEventProof {
  /** For people, in one line. */
  readonly summary: string;
  readonly checks: readonly Check[];
}

/** Raises the quota of one user before the hours are computed: what the stream has reported is withdrawn. */
export async function raiseQuota(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('UPDATE public.user_metadata SET quota = $1 WHERE id = $2', [RAISED, USER]);
  } finally {
    await client.end();
  }
  return `fede: ${RAISED.toLocaleString('en-US')} bytes an hour from now on`;
}

/** Compares the messages with usage and quotas, and the withdrawn ones with the user whose quota was raised. */
export async function proveQuotaEvents(
  databaseUrl: string,
  messages: readonly QuotaMessage[],
): Promise<QuotaEventProof> {
  const events = new Map(messages.map(({ value }) => [(JSON.parse(value) as { id: string }).id, stateIn(value)]));
  const byState = Map.groupBy(events, ([, state]) => state);
  const texts = Array.from(byState, ([state, { length }]) => `${length} ${state}`);
  const exceeded = idsOf(events, 'exceeded').filter((id) => id.endsWith(USER));
  const withdrawn = idsOf(events, 'withdrawn');
  return {
    summary: `Quota events: ${texts.join(', ')}; withdrawn are those of fede, whose quota was raised in the meantime`,
    checks: [
      await withTables(databaseUrl, async (tables) => ({
        title: 'quota events: each once by id, in order, as usage and quota say',
        rows: events.size,
        differences: compareRows([], keyed(await quotaEventDifferences(tables, messages))),
      })),
      {
        title: 'quota events: withdrawn for the raised quota, and for nothing else',
        rows: exceeded.length,
        differences: compareRows(keyed(exceeded.map(hourAndUser)), keyed(withdrawn.map(hourAndUser))),
      },
    ],
  };
}

function idsOf(events: ReadonlyMap<string, string>, wanted: string): readonly string[] {
  return Array.from(events).flatMap(([id, state]) => (state === wanted ? id : []));
}

function stateIn(value: string): string {
  return (JSON.parse(value) as { data: { state: string } }).data.state;
}

/** `hour/state/quota/user` without state and quota. */
function hourAndUser(id: string): string {
  const [hour, , , user] = id.split('/');
  return `${hour} ${user}`;
}

function keyed(texts: readonly string[]): readonly (readonly [string, boolean])[] {
  return texts.map((text) => [text, true] as const);
}
