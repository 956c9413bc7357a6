import { numberText } from '@antenna/cli';
import type { DatabaseResults } from '@antenna/oracle';
import { clockText, type Flow, flowOf, shortId, type TotalsType, userLabels } from '../results/flow.ts';
import { heatChart, hourlyChart, lineChart, stackedFlowChart } from './charts.ts';
import { dataTable, figure, flowTable } from './figure.ts';
import type { Html } from './html.ts';

const WINDOW_MINUTES = 5;

/** The flow of bytes in 5-minute windows, from `bytes`. */
export function windowSections({ windows, users }: DatabaseResults): Html[] {
  const byUser = flowOf(windows, 'user_total_bytes', userLabels(users));
  const byAntenna = flowOf(windows, 'antenna_total_bytes', shortId);
  const byApp = flowOf(windows, 'app_total_bytes', shortId);
  return [
    figure({
      name: 'flow-by-user',
      title: 'Flow by user',
      description: 'Bytes of each user in each 5-minute window: a row for a user, brighter for more.',
      chart: heatChart(byUser),
      table: flowTable('Bytes by 5-minute window and user', byUser),
    }),
    figure({
      name: 'flow-by-antenna',
      title: 'Flow by antenna',
      description: 'Bytes in each 5-minute window, those of one antenna on top of the others.',
      chart: stackedFlowChart(byAntenna),
      table: flowTable('Bytes by 5-minute window and antenna', byAntenna),
    }),
    figure({
      name: 'flow-by-app',
      title: 'Flow by app',
      description: 'Bytes in each 5-minute window, those of one app on top of the others.',
      chart: stackedFlowChart(byApp),
      table: flowTable('Bytes by 5-minute window and app', byApp),
    }),
    averageSection([
      ['one user', byUser],
      ['one antenna', byAntenna],
      ['one app', byApp],
    ]),
  ];
}

/** The totals of each hour, from `bytes_hourly`. */
export function hourSections({ hours }: DatabaseResults): Html[] {
  return [hourSection(hours, 'antenna', 'antenna_total_bytes'), hourSection(hours, 'app', 'app_total_bytes')];
}

function hourSection(hours: DatabaseResults['hours'], what: string, type: TotalsType): Html {
  const flow = flowOf(hours, type, shortId);
  return figure({
    name: `hours-by-${what}`,
    title: `Hourly totals by ${what}`,
    description: `Bytes of each hour as the batch layer computed them from the archive, by ${what}.`,
    chart: hourlyChart(flow),
    table: flowTable(`Bytes by hour and ${what}`, flow),
  });
}

/** Of those ids that have a row in the window, as `avg(value)` says. */
function averageSection(flows: readonly (readonly [name: string, flow: Flow])[]): Html {
  const timesMs = flows[0]?.[1].timesMs ?? [];
  const lines = new Map(flows.map(([name, flow]) => [name, averages(flow)]));
  const rows = timesMs.map((timeMs, index) => [
    clockText(timeMs),
    ...Array.from(lines.values(), (values) => numberText(Math.round(values[index] ?? 0))),
  ]);
  return figure({
    name: 'average-by-type',
    title: 'Average bytes a minute, by type',
    description: 'What one user, one antenna and one app had on average in each 5-minute window, by the minute.',
    chart: lineChart(timesMs, lines),
    table: dataTable('Bytes a minute on average', ['UTC', ...lines.keys()], rows),
  });
}

function averages({ timesMs, series }: Flow): number[] {
  return timesMs.map((_, index) => {
    const values = series.map((each) => each.values[index] ?? 0n).filter((value) => value > 0n);
    const sum = values.reduce((total, value) => total + value, 0n);
    return Number(sum) / Math.max(1, values.length) / WINDOW_MINUTES;
  });
}
