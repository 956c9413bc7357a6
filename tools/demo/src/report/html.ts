import { format } from 'echarts';

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Part[];

/** HTML of a template: what is put into it is escaped, unless it is HTML itself; the items of a list follow each other. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    html: strings.map((text, index) => text + (index < parts.length ? rendered(parts[index] ?? '') : '')).join(''),
  };
}

/** Text that is known to be HTML. */
export function trusted(text: string): Html {
  return { html: text };
}

function rendered(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return format.encodeHTML(String(part));
  return 'html' in part ? part.html : part.map(rendered).join('');
}
