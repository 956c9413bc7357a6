import { setTimeout as delay } from 'node:timers/promises';
import { connectToKafka, TopicSender } from '@antenna/event-source';
import {
  type DeadLetterFilter,
  type DeadLetterStore,
  type RecordOutcome,
  outcomeOf,
  findDeadLetters,
  type FoundDeadLetter,
  type OffsetSpan,
  type RecordPlace,
  type RecordReader,
  replay,
  type ReplayLedger,
  type ReplayResult,
} from '@antenna/ingestion';
import { loggedCommand, ProductError, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import { operatorName } from '../operated-stream.ts';
import { kafkaLogOf } from '../logged-events.ts';
import { retryWhilePassing, UNTIL_IT_PASSES } from '../retry.ts';
import { deadLetterSettings, NoDeadLetterError, openKafka, topicReader, withDeadLetters } from './open-dead-letters.ts';
import { type Replayed, replayJson, replayLine, summaryLine } from './replay-text.ts';
import { type ReplaySelection, replaySettings } from './selection-settings.ts';

const attemptSettings = settingsGroup({
  title: 'Attempt',
  fields: {
    by: operatorName('who sends; recorded with each attempt'),
    waitMs: setting({
      name: 'wait-ms',
      description: 'how long to wait until the workers have processed what was sent',
      type: wholeNumber(0, 3_600_000),
      default: '30000',
    }),
  },
  value: (values) => values,
});

/** Some of the selected dead letters were not sent again; the output has the reason for each. */
class NotAllSentError extends ProductError {
  readonly code = 'NOT_ALL_SENT';
}

/** How many rows of dead letters a filter reads at most to find those that were not sent before. */
const MOST_LISTED = 100_000;

/** How often the command checks whether the workers have processed the new records. */
const LOOK_MS = 250;

const WAITS =
  'waiting until a worker has processed what was sent; if none runs, start one (speed-layer:drain), or end this with ' +
  'Ctrl-C and run it again later: it sends nothing twice, and reports the outcomes';

/** Sends dead letters to the topic again, and reports what the workers made of them. */
export const replayDeadLetters = loggedCommand({
  name: 'dead-letters replay',
  description:
    'sends dead letters to the topic again, each at most once ever, and reports what the workers made of them',
  settings: { ...deadLetterSettings, selection: replaySettings, attempt: attemptSettings },
  async run({ selection, attempt: { by, waitMs }, ...connections }, { log, out }) {
    const { client, clusterId } = await openKafka(connections, log);
    const sender = new TopicSender(client, connections.kafka.topic);
    const reader = topicReader(connections, log);
    const retry = retryWhilePassing(log);
    const persist = (operation: () => Promise<void>) => retry('note the outcome', operation, UNTIL_IT_PASSES);
    await connectToKafka(sender, connections.kafka.brokers, kafkaLogOf(log));
    try {
      const results = await withDeadLetters(
        connections,
        log,
        async (store) => {
          const { letters, hasMore } = await chosen(selection, { store, reader });
          const sent: Sent[] = [];
          for (const letter of letters) {
            sent.push({ letter, result: await replay(letter, { ledger: store, sender, persist, by }) });
          }
          if (sent.length > 0 && waitMs > 0) log.info(WAITS, { atMostMs: waitMs, groupId: connections.kafka.groupId });
          return { replayed: await withOutcomes(sent, { ledger: store, reader }, Date.now() + waitMs), hasMore };
        },
        clusterId,
      );
      out(`${reportText(results.replayed, { hasMore: results.hasMore, asJson: selection.asJson })}\n`);
      refuseUnsent(results.replayed);
    } finally {
      await sender.disconnect();
    }
  },
});

interface Sent {
  readonly letter: FoundDeadLetter;
  readonly result: ReplayResult;
}

interface Chosen {
  readonly letters: readonly FoundDeadLetter[];
  readonly hasMore: boolean;
}

interface Parts {
  readonly store: DeadLetterStore;
  readonly reader: RecordReader;
}

/**
 * The named records; or those of the filter that were not sent before, so that the next run continues after this one.
 */
async function chosen({ spans, filter }: ReplaySelection, parts: Parts): Promise<Chosen> {
  const letters: FoundDeadLetter[] = [];
  for (const { span, isWanted } of spans?.map(asNamed) ?? (await listed(filter, parts.store))) {
    const most = filter.most + 1 - letters.length;
    if (most <= 0) break;
    letters.push(...(await findDeadLetters(span, { ...parts, most, isWanted })).letters);
  }
  return { letters: letters.slice(0, filter.most), hasMore: letters.length > filter.most };
}

interface Target {
  readonly span: OffsetSpan;
  readonly isWanted?: (letter: FoundDeadLetter, isWhole: boolean) => boolean;
}

function asNamed(span: OffsetSpan): Target {
  return { span };
}

async function listed(filter: DeadLetterFilter, store: DeadLetterStore): Promise<readonly Target[]> {
  const found = await store.list({ ...filter, most: MOST_LISTED });
  return found.map((each) => ({
    span: each,
    isWanted: ({ reason, replay: attempt }, isWhole) =>
      reason === each.reason && isWhole === each.isWhole && attempt?.outcome !== 'sent',
  }));
}

/** Waits until the workers have processed the sent records, or until the deadline. */
async function withOutcomes(
  sent: readonly Sent[],
  parts: OutcomeParts,
  deadlineMs: number,
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = [];
  for (const { letter, result } of sent) {
    const newOffset = newOffsetOf(letter, result);
    const place = newOffset === undefined ? undefined : { partition: letter.partition, offset: newOffset };
    replayed.push({
      letter,
      result,
      place,
      outcome: place === undefined ? undefined : await outcomeBy(place, parts, deadlineMs),
    });
  }
  return replayed;
}

interface OutcomeParts {
  readonly ledger: ReplayLedger;
  readonly reader: RecordReader;
}

async function outcomeBy(place: RecordPlace, parts: OutcomeParts, deadlineMs: number): Promise<RecordOutcome> {
  let outcome = await outcomeOf(place, parts);
  while (isUnderWay(outcome) && Date.now() < deadlineMs) {
    await delay(LOOK_MS);
    outcome = await outcomeOf(place, parts);
  }
  return outcome;
}

/** Whether the workers have more to do: the archive has an event later than the totals. */
function isUnderWay(outcome: RecordOutcome): boolean {
  return outcome.kind === 'waiting' || (outcome.kind === 'counted' && !outcome.passedBy.includes('archive'));
}

function newOffsetOf({ replay: attempt }: FoundDeadLetter, result: ReplayResult): number | undefined {
  return result.kind === 'sent' ? result.newOffset : attempt?.newOffset;
}

function reportText(replayed: readonly Replayed[], { hasMore, asJson }: { hasMore: boolean; asJson: boolean }): string {
  const more = hasMore ? ['there are more: run it again, or raise --limit'] : [];
  if (asJson) return JSON.stringify(replayed.map(replayJson));
  return [...replayed.map(replayLine), summaryLine(replayed), ...more].join('\n');
}

function refuseUnsent(replayed: readonly Replayed[]): void {
  const missing = replayed.filter(({ place }) => place === undefined).length;
  if (replayed.length === 0) throw new NoDeadLetterError('none of the records is a dead letter that can be found');
  if (missing > 0) throw new NotAllSentError(`${missing} of ${replayed.length} dead letters have no new record`);
}
