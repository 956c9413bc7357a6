import { command } from '@antenna/cli';
import { asSoleUser, reportToStderr } from '@antenna/local-stack';
import { migrate, openDatabase, seedUsers } from '@antenna/usage-store';
import { quantile } from '../measure/statistics.ts';
import { benchKafka, deleteTopic } from '../kafka/kafka-topics.ts';
import { inRunPlace, type RunPlace, withBenchStack } from '../stack/run-place.ts';
import { place } from '../stack/bench-stack.ts';
import { brokenClocks } from './broken-clocks.ts';
import { compactionLoad } from './compaction-load.ts';
import { drainLoad } from './drain-load.ts';
import { LoadFailedError } from './event-block.ts';
import { hourLoad } from './hour-load.ts';
import {
  brokenClockSettings,
  diskSettings,
  drainSettings,
  hourSettings,
  limitSettings,
  overloadSettings,
  quotaDelaySettings,
} from './load-settings.ts';
import { quotaDelay } from './quota-delay.ts';
import { type Overload, overload, type Period, periodText, requireFlatMemory } from './overload.ts';

const FROM_MS = Date.UTC(2022, 9, 29, 13);
const MINUTE_MS = 60_000;
const MIB = 1_048_576;

/** The antennas and apps of a stream, and the time of its first event. */
export const USUAL = { antennas: 500, apps: 4, fromMs: FROM_MS };

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Sends more than one worker can process for minutes. */
export const overloadCommand = command({
  name: 'overload',
  description: 'sends more than one worker can process: its memory has to stay flat, its totals exact',
  settings: { overload: overloadSettings, limits: limitSettings },
  run: async ({ overload: { minutes, partitions, users, rate }, limits }) => {
    const shape = { ...USUAL, events: 200_000, users, spanMs: 60 * MINUTE_MS };
    const options = { shape, partitions, rate, ...shownByMinute(minutes) };
    const result = await inPlace((at) => overload(at, options));
    say(`0 wrong rows of ${result.counted} events counted, ${result.archived} archived`);
    requireFlatMemory(result.periods, limits.maxMiB);
  },
});

/** Drains a topic of any shape by one worker. */
export const drainCommand = command({
  name: 'drain',
  description: 'fills a topic and lets one worker drain it: 1 user is a hot key, 1,000,000 of them many states',
  settings: { drain: drainSettings, limits: limitSettings },
  run: async ({ drain: { events, partitions, users, windows, ...load }, limits }) => {
    const spanMs = windows * 5 * MINUTE_MS;
    const shape = { events, users, antennas: Math.min(500, users), apps: Math.min(4, users), fromMs: FROM_MS, spanMs };
    const { seconds, peakBytes, rows, ...result } = await inPlace((at) =>
      drainLoad(at, { shape, partitions, ...load }),
    );
    const rate = Math.round(result.events / seconds);
    say(
      `0 wrong rows of ${rows}: ${result.events} events of ${users} users in ${partitions} partitions; ` +
        `${seconds.toFixed(1)} s, ${rate} events/s, peak ${mibOf(peakBytes)} MiB`,
    );
    requireBelow(peakBytes, limits.maxMiB);
  },
});

/** Serves a stream in which some devices have broken clocks, with a slow store. */
export const brokenClocksCommand = command({
  name: 'broken-clocks',
  description: 'serves events of which some bear random times of three years, archived in a store that answers slowly',
  settings: { clocks: brokenClockSettings, limits: limitSettings },
  run: async ({ clocks: { minutes, partitions, users, rate, every, storeMs, rollSeconds }, limits }) => {
    // As many events as a chunk of each partition holds, so that no time of a broken clock is in it twice.
    const events = rate * rollSeconds;
    const shape = { ...USUAL, events, users, spanMs: 60 * MINUTE_MS, brokenClockEvery: every };
    const options = { shape, partitions, rate, storeMs, rollMs: rollSeconds * 1_000, ...shownByMinute(minutes) };
    const { counted, archived, files, periods } = await inPlace((at) => brokenClocks(at, options));
    say(`0 wrong rows of ${counted} events counted, ${archived} archived in ${files} files`);
    requireBelow(Math.max(...periods.map(({ peakMiB }) => peakMiB)) * MIB, limits.maxMiB);
  },
});

/** Measures how soon a quota event follows the event that passes the quota. */
export const quotaDelayCommand = command({
  name: 'quota-delay',
  description: 'measures the time from an event that passes a quota to its message in the topic of quota events',
  settings: { quotaDelay: quotaDelaySettings },
  run: async ({ quotaDelay: { seconds, partitions, users, rate, maxMs } }) => {
    const shape = { ...USUAL, events: rate, users, spanMs: 5 * MINUTE_MS };
    const delays = await inPlace((at) => quotaDelay(at, { shape, partitions, rate, durationMs: seconds * 1_000 }));
    const [p50, p99, max] = [quantile(delays, 0.5), quantile(delays, 0.99), Math.max(...delays)].map(Math.round);
    say(`${delays.length} quota events at ${rate} events/s: p50 ${p50} ms, p99 ${p99} ms, greatest ${max} ms`);
    if ((p99 ?? Infinity) > maxMs) throw new LoadFailedError(`p99 is ${p99} ms, more than ${maxMs} ms`);
  },
});

/** Computes an hour of many archived events. */
export const hourCommand = command({
  name: 'hour',
  description: 'lets the batch layer compute an hour of many archived events',
  settings: { hour: hourSettings, limits: limitSettings },
  run: async ({ hour: { events, users }, limits }) => {
    const shape = { events, users, antennas: Math.min(500, users), apps: 4, hourMs: FROM_MS };
    const { seconds, peakBytes, rows } = await inPlace((at) => hourLoad(at, shape));
    say(
      `0 wrong rows of ${rows}: ${events} events of ${users} users; ${seconds.toFixed(1)} s, ` +
        `peak ${mibOf(peakBytes)} MiB`,
    );
    requireBelow(peakBytes, limits.maxMiB);
  },
});

/** Measures what the batch layer needs to compact one hour: time, memory and disk. */
export const compactionCommand = command({
  name: 'compaction',
  description: 'lets the batch layer compact an hour of many archived events, and measures its memory and its disk',
  settings: { hour: hourSettings, limits: limitSettings, disk: diskSettings },
  run: async ({ hour: { events, users }, limits, disk }) => {
    const shape = { events, users, antennas: Math.min(500, users), apps: 4, hourMs: FROM_MS };
    const { seconds, rows, peakBytes, ...bytes } = await inPlace((at) => compactionLoad(at, shape));
    const diskBytes = bytes.archiveBytes + bytes.temporaryBytes;
    say(
      `${rows} events of ${users} users; ${seconds.toFixed(1)} s, peak ${mibOf(peakBytes)} MiB of memory; ` +
        `the hour's files ${mibOf(bytes.archiveBytes)} MiB, compacted ${mibOf(bytes.compactedBytes)}, ` +
        `spill ${mibOf(bytes.spillBytes)} at most; on the disk ${mibOf(diskBytes)} at most`,
    );
    requireBelow(peakBytes, limits.maxMiB);
    requireBelow(diskBytes, disk.maxDiskMiB, 'the disk');
  },
});

/** The durations of a load of some minutes, which prints what happened in each of them. */
function shownByMinute(minutes: number): Pick<Overload, 'durationMs' | 'periodMs' | 'onPeriod'> {
  let minute = 0;
  const onPeriod = (period: Period): void => {
    say(periodText((minute += 1), period));
  };
  return { durationMs: minutes * MINUTE_MS, periodMs: MINUTE_MS, onPeriod };
}

function requireBelow(bytes: number, maxMiB: number, of = 'memory'): void {
  const mib = mibOf(bytes);
  if (mib > maxMiB) throw new LoadFailedError(`the program used ${mib} MiB of ${of}, more than ${maxMiB}`);
}

function mibOf(bytes: number): number {
  return Math.round(bytes / MIB);
}

/** Runs `work` on the benchmark's servers, in an empty database that has the product's tables. */
export function inPlace<T>(work: (at: RunPlace) => Promise<T>): Promise<T> {
  return asSoleUser(place.home, () =>
    withBenchStack(reportToStderr, (stack) =>
      inRunPlace(stack, async (at) => {
        await makeTables(at.databaseUrl);
        return work(at).finally(() => deleteTopic(benchKafka(at.brokers), at.groupId).catch(() => undefined));
      }),
    ),
  );
}

async function makeTables(url: string): Promise<void> {
  await migrate({ url });
  const database = openDatabase({ url }, { applicationName: 'load' });
  await seedUsers(database).finally(() => database.destroy());
}
