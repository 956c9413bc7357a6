import type { TotalKey } from '@antenna/hourly-batch';
import { anyText, optionalSetting, requiredSetting, setting, settingsGroup, wholeNumber, yesOrNo } from '@antenna/cli';
import { day } from './calendar-types.ts';

interface Given {
  readonly user: string | undefined;
  readonly app: string | undefined;
  readonly antenna: string | undefined;
}

/** The number to explain: a user, app or antenna in one hour. */
export const explainedSettings = settingsGroup({
  title: 'Number',
  fields: {
    date: requiredSetting({ name: 'date', description: 'day of the hour', type: day }),
    hour: requiredSetting({ name: 'hour', description: 'hour of the day', type: wholeNumber(0, 23) }),
    user: optionalSetting({ name: 'user', description: 'id of a user', type: anyText('id') }),
    app: optionalSetting({ name: 'app', description: 'name of an app', type: anyText('name') }),
    antenna: optionalSetting({ name: 'antenna', description: 'id of an antenna', type: anyText('id') }),
    events: setting({
      name: 'events',
      description: 'list the events themselves, from the archive',
      type: yesOrNo,
      default: 'false',
    }),
    mostEvents: setting({
      name: 'most-events',
      description: 'how many events are listed, the earliest first',
      type: wholeNumber(1, 10_000_000),
      default: '1000',
    }),
  },
  rules: [
    {
      of: ['user', 'app', 'antenna'],
      problem: ({ user, app, antenna }: Given) =>
        [user, app, antenna].filter((id) => id !== undefined).length === 1
          ? undefined
          : 'name exactly one number: give --user, --app or --antenna',
    },
  ],
  value: ({ date, hour, events, mostEvents, ...given }) => ({
    key: { hourMs: date + hour * 3_600_000, ...totalOf(given) },
    events,
    mostEvents,
  }),
});

/** The rule above guarantees that exactly one is given. */
function totalOf({ user, app, antenna }: Given): Pick<TotalKey, 'type' | 'id'> {
  if (user !== undefined) return { type: 'user_total_bytes', id: user };
  if (app !== undefined) return { type: 'app_total_bytes', id: app };
  return { type: 'antenna_total_bytes', id: antenna ?? '' };
}
