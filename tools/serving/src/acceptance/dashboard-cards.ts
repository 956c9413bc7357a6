import { until } from '@antenna/test-kit';
import type { Locator, Page } from 'playwright-core';
import * as z from 'zod';
import { colorsOfCanvas } from './page-scripts.ts';

/** A chart as the browser shows it. */
export interface ShownChart {
  readonly name: string;
  readonly text: string;
  /** What it says instead of data; empty when all is well. */
  readonly faults: readonly string[];
  /** Of its canvas, the most frequent first, as #RRGGBB; none for charts of text, or where only texts are looked at. */
  readonly colors: readonly string[];
  readonly hasCanvas: boolean;
}

/** The cards of a dashboard's charts. */
export function cardsOf(page: Page): Locator {
  return page.locator('[data-test-chart-id]');
}

/** The card of the chart of this name. */
export function cardOf(page: Page, name: string): Locator {
  return page.locator(`[data-test-chart-name="${name}"]`);
}

/** What Superset says of a chart that got as many rows as its limit; undefined for one that got fewer. */
export async function limitWarning(card: Locator): Promise<string | undefined> {
  const mark = card.locator('[data-test="slice-header"] .anticon-warning');
  if ((await mark.count()) === 0) return undefined;
  await mark.hover();
  const tip = card.page().locator('.ant-tooltip:visible');
  await tip.first().waitFor();
  return tip.first().innerText();
}

const marginPx = 16;

/** A picture of these charts, and of what lies between them. */
export async function pictureOf(page: Page, names: readonly string[], path: string): Promise<void> {
  const boxes = await Promise.all(names.map((name) => cardOf(page, name).boundingBox()));
  const edges = boxes.flatMap((box) => (box === null ? [] : [box]));
  if (edges.length < names.length) throw new Error(`not all of these charts are on the page: ${names.join(', ')}`);
  // Around each card is a margin of its own.
  const [x, y] = [Math.min(...edges.map((it) => it.x)) - marginPx, Math.min(...edges.map((it) => it.y)) - marginPx];
  const width = Math.max(...edges.map((it) => it.x + it.width)) + marginPx - x;
  const height = Math.max(...edges.map((it) => it.y + it.height)) + marginPx - y;
  await page.screenshot({ path, scale: 'css', clip: { x, y, width, height } });
}

/** How closely a chart is looked at: the colours of a canvas take seconds, since it has to stand still. */
export type Look = 'texts' | 'texts and colours';

export async function shownChart(card: Locator, look: Look): Promise<ShownChart> {
  const id = (await card.getAttribute('data-test-chart-id')) ?? '';
  const hasCanvas = (await card.locator('canvas').count()) > 0;
  return {
    name: (await card.getAttribute('data-test-chart-name')) ?? '',
    text: await card.innerText(),
    faults: await card.locator('[role=alert], .ant-alert, .ant-empty').allInnerTexts(),
    hasCanvas,
    colors: hasCanvas && look === 'texts and colours' ? await settledColors(card.page(), id) : [],
  };
}

/** Charts grow into their place: the colours are read until they are the same twice. */
async function settledColors(page: Page, chartId: string): Promise<readonly string[]> {
  let before = '';
  return until(
    async () => {
      const colors = z.array(z.string()).parse(await page.evaluate(colorsOfCanvas(chartId)));
      const isSettled = colors.join() === before;
      before = colors.join();
      return isSettled && colors;
    },
    { what: 'chart that stands still', deadlineMs: 60_000 },
  );
}
