import type { HourRange, UnsettledHours } from '@antenna/hourly-batch';
import { anyText, optionalSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import { day, hourOfDay } from './calendar-types.ts';

const HOUR_MS = 3_600_000;

const fields = {
  date: optionalSetting({ name: 'date', description: 'day of the hour', type: day }),
  hour: optionalSetting({ name: 'hour', description: 'hour of the day', type: wholeNumber(0, 23) }),
  from: optionalSetting({ name: 'from', description: 'first hour of a range', type: hourOfDay }),
  to: optionalSetting({ name: 'to', description: 'first hour after the range', type: hourOfDay }),
};

interface Given {
  readonly date: number | undefined;
  readonly hour: number | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Rules: each pair of options is given whole or not at all, and a range ends after it begins. */
const completePairs = [
  {
    of: ['date', 'hour'],
    problem: ({ date, hour }: Given) => bothOrNone(['--date', date], ['--hour', hour]),
  },
  {
    of: ['from', 'to'],
    problem: rangeProblem,
  },
] as const;

/** One hour, or the hours of a range. */
export const hourRangeSettings = settingsGroup({
  title: 'Hours',
  fields,
  rules: [
    ...completePairs,
    {
      of: ['date', 'hour', 'from', 'to'],
      problem: (given) => exactlyOne(given, '--date and --hour, or --from and --to'),
    },
  ],
  value: rangeOf,
});

/** One hour, the hours of a range, or those of a certificate. */
export const hoursOrCertificate = settingsGroup({
  title: 'Hours',
  fields: {
    ...fields,
    certificate: optionalSetting({
      name: 'certificate',
      description: 'file of a certificate: its hour is compared with it instead of the database',
      type: anyText('file'),
    }),
  },
  rules: [
    ...completePairs,
    {
      of: ['date', 'hour', 'from', 'to', 'certificate'],
      problem: ({ certificate, ...given }) =>
        exactlyOne(given, '--date and --hour, --from and --to, or --certificate', certificate !== undefined),
    },
  ],
  value: ({ certificate, ...given }) =>
    certificate === undefined ? { range: rangeOf(given) } : { certificateFile: certificate },
});

/** The hours that `status` lists by default: those that need attention, and the newest 24. */
export const DEFAULT_HOURS: UnsettledHours = { newest: 24 };

/** The hours that need attention and the newest, or all hours, or those of a range. */
export const listedHours = settingsGroup({
  title: 'Hours',
  fields: {
    from: fields.from,
    to: fields.to,
    all: setting({
      name: 'all',
      description: 'list every hour, not only those that need attention and the newest',
      type: yesOrNo,
      default: 'false',
    }),
  },
  rules: [
    { of: ['from', 'to'], problem: rangeProblem },
    {
      of: ['from', 'to', 'all'],
      problem: ({ all, from }) => (all && from !== undefined ? '--all: is given beside --from and --to' : undefined),
    },
  ],
  value: ({ all, from, to }): HourRange | UnsettledHours | 'all' => {
    if (all) return 'all';
    return from === undefined || to === undefined ? DEFAULT_HOURS : { fromMs: from, toMs: to };
  },
});

/** One hour, or the whole chain of certificates. */
export const hourOrChain = settingsGroup({
  title: 'Certificates',
  fields: {
    date: fields.date,
    hour: fields.hour,
    all: setting({
      name: 'all',
      description: 'check the whole chain of certificates',
      type: yesOrNo,
      default: 'false',
    }),
  },
  rules: [
    {
      of: ['date', 'hour'],
      problem: ({ date, hour }) => bothOrNone(['--date', date], ['--hour', hour]),
    },
    {
      of: ['date', 'hour', 'all'],
      problem: ({ all, date, hour }) =>
        exactlyOne({ date, hour, from: undefined, to: undefined }, '--date and --hour, or --all', all),
    },
  ],
  value: ({ all, date, hour }): number | 'chain' =>
    all ? 'chain' : rangeOf({ date, hour, from: undefined, to: undefined }).fromMs,
});

/**
 * One hour, the hours of a range, or the due hours.
 * @param due description of the due hours, for the help text.
 */
export const hourSelection = (due: string) =>
  settingsGroup({
    title: 'Hours',
    fields: {
      ...fields,
      due: setting({
        name: 'due',
        description: due,
        type: yesOrNo,
        default: 'false',
      }),
    },
    rules: [
      ...completePairs,
      {
        of: ['date', 'hour', 'from', 'to', 'due'],
        problem: ({ due, ...given }) => exactlyOne(given, '--date and --hour, --from and --to, or --due', due),
      },
    ],
    value: ({ due, ...given }): HourRange | 'due' => (due ? 'due' : rangeOf(given)),
  });

/** The rules above guarantee that exactly one pair is given whole. */
function rangeOf({ date = 0, hour = 0, from, to }: Given): HourRange {
  const onlyMs = date + hour * HOUR_MS;
  return { fromMs: from ?? onlyMs, toMs: to ?? onlyMs + HOUR_MS };
}

function rangeProblem({ from, to }: Pick<Given, 'from' | 'to'>): string | undefined {
  const isEmpty = from !== undefined && to !== undefined && to <= from;
  return bothOrNone(['--from', from], ['--to', to]) ?? (isEmpty ? '--to: is not after --from' : undefined);
}

function bothOrNone(...pair: [readonly [string, unknown], readonly [string, unknown]]): string | undefined {
  const missing = pair.find(([, value]) => value === undefined)?.[0];
  const given = pair.find(([, value]) => value !== undefined)?.[0];
  return missing !== undefined && given !== undefined ? `${missing}: missing; ${given} wants it` : undefined;
}

function exactlyOne({ date, hour, from, to }: Given, choices: string, isOther = false): string | undefined {
  const chosen = [date ?? hour, from ?? to].filter((value) => value !== undefined).length + (isOther ? 1 : 0);
  if (chosen === 0) return `no hour is named; give ${choices}`;
  return chosen === 1 ? undefined : `hours are named in more than one way; give ${choices}`;
}
