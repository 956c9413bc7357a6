import { command, runApp } from '@antenna/cli';
import { drainLoad } from './drain-load.ts';
import { LoadFailedError } from './errors.ts';
import { hourLoad } from './hour-load.ts';
import { drainSettings, hourSettings, limitSettings, overloadSettings } from './load-settings.ts';
import { judge, periodText } from './memory-verdict.ts';
import { overload } from './overload.ts';
import { withPlace } from './place.ts';

const FROM_MS = Date.UTC(2022, 9, 29, 13);
const MINUTE_MS = 60_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const overloadCommand = command({
  name: 'overload',
  description: 'sends more than one worker can process: its memory has to stay flat, its totals exact',
  settings: { overload: overloadSettings, limits: limitSettings },
  run: async ({ overload: { minutes, partitions, users, rate }, limits }) => {
    const shape = { events: 200_000, users, antennas: 500, apps: 4, fromMs: FROM_MS, spanMs: 60 * MINUTE_MS };
    let minute = 0;
    const { periods, counted, archived } = await withPlace((place) =>
      overload(place, {
        shape,
        partitions,
        rate,
        durationMs: minutes * MINUTE_MS,
        periodMs: MINUTE_MS,
        onPeriod: (period) => {
          say(periodText((minute += 1), period));
        },
      }),
    );
    say(`0 wrong rows of ${counted} events counted, ${archived} archived`);
    judge(periods, limits.maxMiB);
  },
});

const drainCommand = command({
  name: 'drain',
  description: 'fills a topic and lets one worker drain it: 1 user is a hot key, 1,000,000 of them many states',
  settings: { drain: drainSettings, limits: limitSettings },
  run: async ({ drain: { events, blocks, partitions, users, windows }, limits }) => {
    const spanMs = windows * 5 * MINUTE_MS;
    const shape = { events, users, antennas: Math.min(500, users), apps: Math.min(4, users), fromMs: FROM_MS, spanMs };
    const result = await withPlace((place) => drainLoad(place, { shape, blocks, partitions }));
    const { seconds, peakMiB, rows } = result;
    const rate = Math.round(result.events / seconds);
    say(
      `0 wrong rows of ${rows}: ${result.events} events of ${users} users in ${partitions} partitions; ` +
        `${seconds.toFixed(1)} s, ${rate} events/s, peak ${Math.round(peakMiB)} MiB`,
    );
    mustStayBelow(peakMiB, limits.maxMiB);
  },
});

const hourCommand = command({
  name: 'hour',
  description: 'lets the batch layer compute an hour of many archived events',
  settings: { hour: hourSettings, limits: limitSettings },
  run: async ({ hour: { events, users }, limits }) => {
    const shape = { events, users, antennas: Math.min(500, users), apps: 4, hourMs: FROM_MS };
    const { seconds, peakMiB, rows } = await withPlace((place) => hourLoad(place, shape));
    say(
      `0 wrong rows of ${rows}: ${events} events of ${users} users; ${seconds.toFixed(1)} s, ` +
        `peak ${Math.round(peakMiB)} MiB`,
    );
    mustStayBelow(peakMiB, limits.maxMiB);
  },
});

function mustStayBelow(peakMiB: number, maxMiB: number): void {
  if (peakMiB > maxMiB) throw new LoadFailedError(`the program used ${Math.round(peakMiB)} MiB, more than ${maxMiB}`);
}

await runApp({
  name: 'load',
  description: 'Puts the workers under load, with services of its own, and checks what comes of it.',
  commands: [overloadCommand, drainCommand, hourCommand],
});
