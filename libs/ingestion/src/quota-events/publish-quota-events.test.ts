import fc, { type Scheduler } from 'fast-check';
import {
  publishQuotaEvents,
  type QuotaEvent,
  type QuotaEventQueue,
  type QuotaEventSender,
} from './publish-quota-events.ts';

type Publish = typeof publishQuotaEvents;

/** What happens in one run. */
interface Course {
  /** The users of the events that are committed, in order; a transaction becomes visible at any later moment. */
  readonly users: readonly string[];
  /** Whether the next operation (send or mark as sent) fails after it has done a part of its work. */
  readonly failures: readonly boolean[];
}

const courses = fc.record({
  users: fc.array(fc.constantFrom('ana', 'blanca', 'carlos'), { maxLength: 12 }),
  failures: fc.array(fc.boolean(), { maxLength: 8 }),
});

const PUBLISHERS = 3;
const ROUNDS = 3;

/** Postgres and Kafka, with a pause before each step in which everything else can happen. No lease excludes anyone. */
class World implements QuotaEventQueue, QuotaEventSender {
  readonly topic: QuotaEvent[] = [];
  readonly #scheduler: Scheduler;
  readonly #failures: boolean[];
  readonly #visible: QuotaEvent[] = [];
  readonly #noted = new Set<number>();

  constructor(scheduler: Scheduler, failures: readonly boolean[]) {
    this.#scheduler = scheduler;
    this.#failures = [...failures];
  }

  /** Commits the events of one user in order, as the lock of the user's row does. Users can overtake each other. */
  async commit(events: readonly QuotaEvent[]): Promise<void> {
    for (const event of events) {
      await this.#pause();
      this.#visible.push(event);
    }
  }

  async take(most: number): Promise<readonly QuotaEvent[]> {
    await this.#pause();
    const unsent = this.#visible.filter(({ number }) => !this.#noted.has(number));
    return unsent.toSorted((left, right) => left.number - right.number).slice(0, most);
  }

  async send(events: readonly QuotaEvent[]): Promise<void> {
    for (const event of events) {
      await this.#pause();
      if (this.#failures.pop() === true) throw new Error('died while sending');
      this.topic.push(event);
    }
  }

  async noteSent(events: readonly QuotaEvent[]): Promise<void> {
    await this.#pause();
    if (this.#failures.pop() === true) throw new Error('died before it noted what it had sent');
    for (const { number } of events) this.#noted.add(number);
  }

  leave(): Promise<void> {
    return Promise.resolve();
  }

  #pause(): Promise<undefined> {
    return this.#scheduler.schedule(Promise.resolve(undefined));
  }
}

function eventsOf(users: readonly string[]): readonly QuotaEvent[] {
  const counts = new Map<string, number>();
  return users.map((userId, index) => {
    const sequence = (counts.get(userId) ?? 0) + 1;
    counts.set(userId, sequence);
    const sums = { usage: 0n, quota: 0n, eventTimeMs: 0, revision: undefined };
    return { number: index + 1, userId, sequence, hourMs: 0, state: 'warned', ...sums, seenAtMs: 0 };
  });
}

async function publishRounds(publish: Publish, world: World, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1)
    await publish({ queue: world, sender: world }, 2).catch(() => undefined);
}

/** Several publishers at once, each of which may die; then one that lives until everything is sent. */
async function topicAfter(publish: Publish, scheduler: Scheduler, { users, failures }: Course) {
  const events = eventsOf(users);
  const world = new World(scheduler, failures);
  const committed = [...Map.groupBy(events, ({ userId }) => userId).values()].map((own) => world.commit(own));
  const publishers = Array.from({ length: PUBLISHERS }, () => publishRounds(publish, world, ROUNDS));
  const all = Promise.all([...committed, ...publishers]);
  await scheduler.waitFor(all);
  await scheduler.waitFor(publishRounds(publish, world, events.length + failures.length + 1));
  return { events, topic: world.topic };
}

/** The first message of each event, by user. */
function firstMessages(topic: readonly QuotaEvent[]) {
  const first = [...new Set(topic)];
  return Object.fromEntries(
    [...Map.groupBy(first, ({ userId }) => userId)].map(([user, own]) => [user, own.map(({ sequence }) => sequence)]),
  );
}

function property(publish: Publish) {
  return fc.asyncProperty(fc.scheduler(), courses, async (scheduler, course) => {
    const { events, topic } = await topicAfter(publish, scheduler, course);
    expect(firstMessages(topic)).toEqual(firstMessages(events));
  });
}

describe('quota events that several publishers send, each of which may die at any step,', () => {
  it('are all in the topic at the end, those of each user in order by their first messages', async () => {
    await fc.assert(property(publishQuotaEvents), { numRuns: 100 });
  });

  it('would be lost by a publisher that marks events as sent before it sends them', async () => {
    const careless: Publish = async ({ queue, sender }, most) => {
      const events = (await queue.take(most)) ?? [];
      await queue.noteSent(events);
      await sender.send(events);
      return events;
    };
    expect((await fc.check(property(careless), { numRuns: 100 })).failed).toBe(true);
  });

  it('would be out of order by a publisher that sends the newest first', async () => {
    const hasty: Publish = async ({ queue, sender }, most) => {
      const events = (await queue.take(most)) ?? [];
      await sender.send(events.toReversed());
      await queue.noteSent(events);
      return events;
    };
    expect((await fc.check(property(hasty), { numRuns: 100 })).failed).toBe(true);
  });
});
