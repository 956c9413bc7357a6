import type { Dashboard } from './asset-schemas.ts';
import type { ChartComponent, Component } from './dashboard-schemas.ts';

const gridColumns = 12;

/** Whether the layout is a tree of rows that fit, each component where its parents say. */
export function layoutProblems(dashboard: Dashboard): readonly string[] {
  const components = componentsOf(dashboard);
  const found = new Map<string, readonly string[]>();
  const problems: string[] = [];
  const visit = (id: string, ancestors: readonly string[]): void => {
    const component = components.get(id);
    if (component === undefined) problems.push(`${ancestors.at(-1) ?? 'the dashboard'} has no child ${id}`);
    else if (found.has(id)) problems.push(`${id} occurs twice`);
    else {
      found.set(id, ancestors);
      for (const child of component.children ?? []) visit(child, [...ancestors, id]);
    }
  };
  visit('ROOT_ID', []);
  for (const [key, component] of components) {
    if (component.id !== key) problems.push(`${key} calls itself ${component.id}`);
    problems.push(...placeProblems(component, found.get(key)), ...widthProblems(component, components));
  }
  return [...problems, ...chartIdProblems(dashboard)];
}

export function chartComponents(dashboard: Dashboard): readonly ChartComponent[] {
  return [...componentsOf(dashboard).values()].filter((component) => component.type === 'CHART');
}

function componentsOf({ position }: Dashboard): ReadonlyMap<string, Component> {
  return new Map(Object.entries(position).flatMap(([key, value]) => (value === 'v2' ? [] : [[key, value] as const])));
}

function placeProblems({ id, type, parents = [] }: Component, ancestors: readonly string[] | undefined): string[] {
  if (type === 'HEADER') return [];
  if (ancestors === undefined) return [`${id} is nobody's child`];
  const place = ancestors.join(' > ');
  return parents.join(' > ') === place ? [] : [`${id} has the parents ${parents.join(' > ')} and lies in ${place}`];
}

function widthProblems({ id, type, children = [] }: Component, components: ReadonlyMap<string, Component>): string[] {
  if (type !== 'ROW') return [];
  const widths = children.map((child) => components.get(child)).map((it) => (it?.type === 'CHART' ? it.meta.width : 0));
  const width = widths.reduce((sum, next) => sum + next, 0);
  return width === gridColumns ? [] : [`${id} is ${width} columns wide instead of ${gridColumns}`];
}

function chartIdProblems(dashboard: Dashboard): string[] {
  const ids = chartComponents(dashboard).map(({ meta }) => meta.chartId);
  return ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `chartId ${id} is given twice`);
}
