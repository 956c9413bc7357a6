import { type Explanation, type ExplainedRun, type FoundEvent, hourText, type TotalKey } from '@antenna/hourly-batch';
import {
  countColumn,
  instantText,
  numberText,
  plainColumn,
  ProductError,
  type Report,
  type ReportColumns,
} from '@antenna/cli';

/** Nothing is stored of the total. */
class NothingToExplainError extends ProductError {
  readonly code = 'NOTHING_TO_EXPLAIN';
}

const WINDOW_MS = 300_000;

/** One fact about a number. */
interface Fact {
  readonly part: string;
  readonly name: string;
  readonly bytes?: bigint | undefined;
  readonly events?: number | undefined;
  readonly partition?: number | undefined;
  readonly firstOffset?: number | undefined;
  readonly lastOffset?: number | undefined;
  readonly detail?: string;
}

const factColumns: ReportColumns<Fact> = {
  part: plainColumn(({ part }) => part),
  name: plainColumn(({ name }) => name),
  bytes: countColumn(({ bytes }) => bytes),
  events: countColumn(({ events }) => events),
  partition: { value: ({ partition }) => partition },
  first_offset: { value: ({ firstOffset }) => firstOffset },
  last_offset: { value: ({ lastOffset }) => lastOffset },
  offsets: { cell: offsetsText },
  detail: { value: ({ detail }) => detail, cell: ({ detail = '' }) => detail },
};

const eventColumns: ReportColumns<FoundEvent> = {
  time: plainColumn(({ timeUs }) => new Date(Number(timeUs / 1000n)).toISOString()),
  user: plainColumn(({ user }) => user),
  antenna: plainColumn(({ antenna }) => antenna),
  app: plainColumn(({ app }) => app),
  bytes: countColumn(({ bytes }) => bytes),
  partition: plainColumn(({ offset }) => offset?.partition),
  offset: plainColumn(({ offset }) => offset?.offset),
  file: plainColumn(({ path }) => path),
};

/** Every fact about the number, from the windows to the files. */
export function explanationReport(explanation: Explanation): Report<Fact> {
  const { stored } = explanation;
  return {
    columns: factColumns,
    rows: [
      ...windowFacts(explanation),
      { part: 'speed layer', name: 'sum of the windows', bytes: speedBytes(explanation) },
      hourFact(explanation),
      ...limitFacts(explanation),
      ...stored.quotaEvents.map(({ state, usage, quota, seenAtMs }) => ({
        ...{ part: 'quota event', name: state, bytes: usage },
        detail: `quota ${numberText(quota)}, found at ${instantText(seenAtMs)}`,
      })),
      ...stored.corrections.map(({ runId, oldBytes, newBytes, correctedAtMs, causes }) => ({
        ...{ part: 'correction', name: `run ${runId}`, bytes: newBytes },
        detail: `was ${bytesText(oldBytes)}, corrected at ${instantText(correctedAtMs)}: ${causes.join(', ')}`,
      })),
      ...certificateFacts(explanation),
      ...fileFacts(explanation),
    ],
    above: headlines(explanation),
  };
}

/** The events themselves. */
export function eventsReport(explanation: Explanation): Report<FoundEvent> {
  const { events } = explanation;
  const all = eventsIn(explanation.groups);
  return {
    columns: eventColumns,
    rows: events,
    above: headlines(explanation),
    below:
      events.length < all
        ? [`the first ${numberText(events.length)} of ${numberText(all)} events; --most-events lists more`]
        : [],
    empty: 'the archive holds no event of it',
  };
}

/** @throws {NothingToExplainError} which says what is known of the hour. */
export function refuseUnknown({ key, stored, files }: Explanation): never {
  const hour = hourText(key.hourMs);
  if (!stored.isKnown && files.length === 0) {
    throw new NothingToExplainError(
      `no event of hour ${hour} was ever counted or archived, and the hour was never computed: nothing is stored of ` +
        `${nameOf(key)}; batch-layer:status lists the hours that are known`,
    );
  }
  const waiting =
    stored.waitingEvents > 0
      ? `; ${numberText(stored.waitingEvents)} events of the hour are counted and not archived yet`
      : '';
  throw new NothingToExplainError(
    `${nameOf(key)} has no event in hour ${hour}: no window, no row and no archived event has that id` +
      `${waiting}; check the id, its letter case too, and whether it is a user, an app or an antenna`,
  );
}

function headlines(explanation: Explanation): string[] {
  const { key, stored, groups, files, isForeign } = explanation;
  const { belowFloor } = stored;
  const archived = groups.reduce((sum, { bytes }) => sum + bytes, 0n);
  const events = eventsIn(groups);
  const holding = new Set(groups.map(({ path }) => path)).size;
  return [
    `${nameOf(key)} in hour ${hourText(key.hourMs)}: ${numberText(speedBytes(explanation))} bytes by the speed layer, ` +
      `${stored.hourBytes === undefined ? 'none' : numberText(stored.hourBytes)} by the batch layer, ` +
      `${numberText(archived)} archived: ${numberText(events)} events in ${numberText(holding)} of ${numberText(files.length)} files`,
    ...(stored.run === undefined && !belowFloor.hours
      ? ['the batch layer has not computed the hour yet (batch-layer:run)']
      : []),
    ...(stored.run !== undefined && stored.run.currentRevision > stored.run.revision
      ? [`the archive of the hour has changed since the last run${belowFloor.hours ? '' : ' (batch-layer:run --due)'}`]
      : []),
    ...(belowFloor.windows
      ? ['windows of that age are removed by retention: new events of the hour are only archived']
      : []),
    ...(belowFloor.hours ? ['results of that age are removed by retention: the hour is not computed again'] : []),
    ...(files.length === 0 ? ['no event of the hour is archived yet'] : []),
    ...(stored.waitingEvents > 0
      ? [`${numberText(stored.waitingEvents)} events of the whole hour are counted and not archived yet`]
      : []),
    ...(isForeign && files.length > 0 ? ['the archive is foreign: no manifest lists its files'] : []),
  ];
}

function windowFacts({ key, stored, groups }: Explanation): Fact[] {
  return Array.from({ length: 12 }, (_, index) => {
    const startMs = key.hourMs + index * WINDOW_MS;
    const ofWindow = groups.filter(({ windowMs }) => windowMs === startMs);
    const bytes = stored.windows.find((window) => window.startMs === startMs)?.bytes ?? 0n;
    const archived = ofWindow.reduce((sum, group) => sum + group.bytes, 0n);
    return {
      ...{ part: 'window', name: instantText(startMs), bytes },
      events: eventsIn(ofWindow),
      detail: archived === bytes ? '' : `archived: ${numberText(archived)} bytes`,
    };
  });
}

function hourFact({ stored: { hourBytes, run } }: Explanation): Fact {
  const detail = run === undefined ? 'not computed yet' : runText(run);
  return { part: 'batch layer', name: 'hour', bytes: hourBytes, detail };
}

function runText({ id, revision, wasFinal, finishedAtMs, engine }: ExplainedRun): string {
  const final = wasFinal ? 'final' : 'not final then';
  return `run ${id} at ${instantText(finishedAtMs)}, revision ${revision}, ${final}, ${engine}`;
}

function limitFacts(explanation: Explanation): Fact[] {
  const {
    key,
    stored: { limit, hourBytes, belowFloor },
  } = explanation;
  if (key.type !== 'user_total_bytes') return [];
  if (limit === undefined)
    return [{ part: 'quota', name: 'user_metadata', detail: 'no row: the user is counted and has no limit' }];
  const { quota } = limit;
  if (quota === undefined) return [{ part: 'quota', name: 'user_metadata', detail: 'no quota: the user has no limit' }];
  if (belowFloor.hours || (belowFloor.windows && hourBytes === undefined)) {
    return [{ part: 'quota', name: 'user_metadata', bytes: quota, detail: 'the rows to compare it with are removed' }];
  }
  const verdict = (hourBytes ?? speedBytes(explanation)) > quota ? 'exceeded' : 'not exceeded';
  const judge = hourBytes === undefined ? 'the windows of the speed layer' : 'the hour of the batch layer';
  return [{ part: 'quota', name: 'user_metadata', bytes: quota, detail: `${verdict}, by ${judge}` }];
}

function certificateFacts({ stored: { certificate } }: Explanation): Fact[] {
  if (certificate === undefined) return [];
  const { number, hash, createdAtMs, isCurrent } = certificate;
  const of = isCurrent ? 'the present result' : 'an earlier result';
  return [
    { part: 'certificate', name: String(number), detail: `of ${of}, at ${instantText(createdAtMs)}, hash ${hash}` },
  ];
}

function fileFacts({ groups, stored: { run } }: Explanation): Fact[] {
  const read = new Set(run?.paths);
  return [...Map.groupBy(groups, ({ path }) => path)].map(([path, ofFile]) => {
    const offsets = ofFile.flatMap((group) => group.offsets ?? []);
    return {
      ...{ part: 'file', name: path, bytes: ofFile.reduce((sum, { bytes }) => sum + bytes, 0n) },
      events: eventsIn(ofFile),
      partition: offsets[0]?.partition,
      firstOffset: offsets.length === 0 ? undefined : Math.min(...offsets.map(({ first }) => first)),
      lastOffset: offsets.length === 0 ? undefined : Math.max(...offsets.map(({ last }) => last)),
      detail: read.has(path) ? 'read by the last run' : 'not read by a run yet',
    };
  });
}

function offsetsText({ partition, firstOffset, lastOffset }: Fact): string {
  return partition === undefined ? '' : `${partition}: ${String(firstOffset)} to ${String(lastOffset)}`;
}

function speedBytes({ stored }: Explanation): bigint {
  return stored.windows.reduce((sum, { bytes }) => sum + bytes, 0n);
}

function eventsIn(groups: Explanation['groups']): number {
  return groups.reduce((sum, { events }) => sum + events, 0);
}

function bytesText(bytes: bigint | undefined): string {
  return bytes === undefined ? 'absent' : numberText(bytes);
}

const KINDS = { user_total_bytes: 'user', app_total_bytes: 'app', antenna_total_bytes: 'antenna' } as const;

function nameOf({ type, id }: TotalKey): string {
  return `${KINDS[type]} ${JSON.stringify(id)}`;
}
