import { type Check, check, quotaEventDifferences, type QuotaMessage, withTables } from '@antenna/oracle';
import { rowsOf } from '@antenna/test-kit';

/**
 * The users whose quota is raised after the stream has counted: fede, who exceeds 5,000 bytes in every hour, and david,
 * who is only near 300,000 bytes in most.
 */
const USERS = ['00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000009'] as const;
const RAISED = 1_000_000_000;

/** What the quota events tell, and whether it is true. */
export interface QuotaEventProof {
  /** For people, in one line. */
  readonly summary: string;
  readonly checks: readonly Check[];
}

/** Raises the quota of two users before the hours are computed: what the stream has reported of them is withdrawn. */
export async function raiseQuota(databaseUrl: string): Promise<string> {
  await rowsOf(databaseUrl, 'UPDATE public.user_metadata SET quota = $1 WHERE id = ANY ($2)', [RAISED, USERS]);
  return `fede and david: ${RAISED.toLocaleString('en-US')} bytes an hour from now on`;
}

/** Compares the messages with usage and quotas, and the withdrawn ones with the users whose quota was raised. */
export async function proveQuotaEvents(
  databaseUrl: string,
  messages: readonly QuotaMessage[],
): Promise<QuotaEventProof> {
  const events = new Map(messages.map(({ value }) => [(JSON.parse(value) as { id: string }).id, stateIn(value)]));
  const byState = Map.groupBy(events, ([, state]) => state);
  const texts = Array.from(byState, ([state, { length }]) => `${length} ${state}`);
  const [warned, exceeded] = [reportsOfRaised(events, 'warned'), reportsOfRaised(events, 'exceeded')];
  const withdrawn = idsOf(events, 'withdrawn').map(hourAndUser);
  const differences = await withTables(databaseUrl, (tables) => quotaEventDifferences(tables, messages));
  return {
    summary: `Quota events: ${texts.join(', ')}; ${exceeded.length} of the withdrawn had said over quota, ${warned.length - exceeded.length} were warnings: of fede and david, whose quotas were raised in the meantime`,
    checks: [
      {
        ...check('quota events: each once by id, in order, as usage and quota say', [], keyed(differences)),
        rows: events.size,
      },
      check('quota events: withdrawn for the raised quotas, and for nothing else', keyed(warned), keyed(withdrawn)),
    ],
  };
}

function reportsOfRaised(events: ReadonlyMap<string, string>, state: string): readonly string[] {
  const ids = idsOf(events, state).filter((id) => USERS.some((user) => id.endsWith(user)));
  return ids.map(hourAndUser);
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
