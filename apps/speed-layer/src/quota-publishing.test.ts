import type { QuotaEvent, QuotaEventQueue } from '@antenna/ingestion';
import { createLogger } from '@antenna/telemetry';
import { until } from '@antenna/test-kit';
import { QuotaPublishing } from './quota-publishing.ts';

function anEvent(number: number): QuotaEvent {
  return {
    number,
    userId: 'user',
    sequence: number,
    hourMs: 0,
    state: 'warned',
    usage: 4n,
    quota: 5n,
    eventTimeMs: 0,
    revision: undefined,
    seenAtMs: 0,
  };
}

/** The stored events without those that are marked as sent. */
class Queue implements QuotaEventQueue {
  unsent: readonly QuotaEvent[] = [];
  isPublisher = true;
  hasLeft = false;

  take(most: number): Promise<readonly QuotaEvent[] | undefined> {
    return Promise.resolve(this.isPublisher ? this.unsent.slice(0, most) : undefined);
  }

  noteSent(events: readonly QuotaEvent[]): Promise<void> {
    this.unsent = this.unsent.filter((event) => !events.includes(event));
    return Promise.resolve();
  }

  leave(): Promise<void> {
    this.hasLeft = true;
    return Promise.resolve();
  }
}

describe('the publisher of quota events', () => {
  const log = createLogger({ level: 'error', format: 'json', name: 'test' });
  let queue: Queue;
  let sent: number[];
  let failures: string[];
  /** How many sends fail from now on. */
  let failing: number;
  let publishing: QuotaPublishing;

  beforeEach(() => {
    queue = new Queue();
    [sent, failures, failing] = [[], [], 0];
    const sender = {
      send: (events: readonly QuotaEvent[]) => {
        failing -= 1;
        if (failing >= 0) return Promise.reject(new Error('no broker'));
        sent.push(...events.map(({ number }) => number));
        return Promise.resolve();
      },
      disconnect: () => Promise.resolve(),
    };
    const observer = { sent: () => undefined, failed: (code: string) => failures.push(code) };
    publishing = new QuotaPublishing({ queue, sender, observer, log });
  });

  it('sends a backlog of any length in order, and events that are stored later', async () => {
    queue.unsent = Array.from({ length: 1_200 }, (_, n) => anEvent(n + 1));
    publishing.start();
    await until(() => sent.length === 1_200, { what: 'sent backlog' });
    queue.unsent = [anEvent(1_201)];
    await until(() => sent.length === 1_201, { what: 'new event in the topic' });
    await publishing.stop(1_000);
    expect(sent).toEqual(Array.from({ length: 1_201 }, (_, n) => n + 1));
  });

  it('tries again after a failed send, and counts the failures', async () => {
    failing = 2;
    queue.unsent = [anEvent(1)];
    publishing.start();
    await until(() => sent.length > 0, { what: 'sent event' });
    await publishing.stop(1_000);
    expect(failures).toEqual(['OTHER', 'OTHER']);
    expect(sent).toEqual([1]);
  });

  it('sends the stored events before it stops, and lets another worker take over', async () => {
    publishing.start();
    queue.unsent = Array.from({ length: 700 }, (_, n) => anEvent(n + 1));
    await publishing.stop(5_000);
    expect(sent).toHaveLength(700);
    expect(queue.hasLeft).toBe(true);
  });

  it('sends nothing while another worker is the publisher', async () => {
    queue.isPublisher = false;
    queue.unsent = [anEvent(1)];
    publishing.start();
    await publishing.stop(1_000);
    expect(sent).toEqual([]);
  });

  it('stops in time although the topic does not answer', async () => {
    const silent = { send: () => new Promise<void>(() => undefined), disconnect: () => Promise.resolve() };
    publishing = new QuotaPublishing({ queue, sender: silent, log });
    queue.unsent = [anEvent(1)];
    publishing.start();
    await publishing.stop(50);
    expect(queue.unsent).toHaveLength(1);
  });
});
