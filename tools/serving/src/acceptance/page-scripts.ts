/**
 * Runs in the page, and resolves a moment later: the colours that a chart's canvas is painted with, the most frequent
 * first. Shades of the edges between two colours are rare, and left out.
 */
export function colorsOfCanvas(chartId: string): string {
  return `new Promise((resolve) => setTimeout(resolve, 300)).then(() => {
    const canvas = document.querySelector('[data-test-chart-id="${chartId}"] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 255) continue;
      const color = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    return [...counts]
      .filter(([, count]) => count > 30)
      .sort((a, b) => b[1] - a[1])
      .map(([color]) => '#' + color.toString(16).padStart(6, '0').toUpperCase());
  })`;
}

/** Runs in the page: the background of a text in a chart's card, as CSS writes it; of its cell, where it has none. */
export function backgroundOfText(chart: string, text: string): string {
  return `(() => {
    const card = document.querySelector('[data-test-chart-name="${chart}"]');
    const texts = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (texts.currentNode.data.trim() !== '${text}') continue;
      for (let element = texts.currentNode.parentElement; element !== card; element = element.parentElement) {
        const { backgroundColor } = getComputedStyle(element);
        if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor;
      }
    }
    return 'none';
  })()`;
}
