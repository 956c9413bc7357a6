import { anyText, command, optionalSetting, runApp, setting, settingsGroup, textTable, yesOrNo } from '@antenna/cli';
import { type Figure, figuresOf } from './figures.ts';
import { withRevision, workingTree } from './revision.ts';

const figuresSettings = settingsGroup({
  title: 'Figures',
  fields: {
    at: optionalSetting({
      name: 'at',
      description: 'a revision to show beside the files as they are',
      type: anyText('revision'),
    }),
    details: setting({
      name: 'details',
      description: 'list every cycle, duplicate and large file, too',
      type: yesOrNo,
      default: 'false',
    }),
  },
  value: (values) => values,
});

const description = 'Counts lines, files, functions, import cycles and duplicates of the code of this repository';

await runApp({
  name: 'figures',
  description,
  commands: [
    command({
      description,
      settings: { figures: figuresSettings },
      run: async ({ figures: { at, details } }) => {
        const tree = await workingTree();
        const columns: [string, readonly Figure[]][] = [[tree.name, await figuresOf(tree)]];
        if (at !== undefined) columns.unshift([at, await withRevision(at, figuresOf)]);
        process.stdout.write(`${tableText(columns)}\n${details ? detailText(columns) : ''}`);
      },
    }),
  ],
});

function tableText(columns: readonly (readonly [string, readonly Figure[]])[]): string {
  const titles = [...new Set(columns.flatMap(([, figures]) => figures.map(({ title }) => title)))];
  const head = ['', ...columns.map(([name]) => name)];
  const textOf = (figures: readonly Figure[], title: string): string =>
    figures.find((figure) => figure.title === title)?.text ?? '';
  return textTable(
    head,
    titles.map((title) => [title, ...columns.map(([, figures]) => textOf(figures, title))]),
  );
}

function detailText(columns: readonly (readonly [string, readonly Figure[]])[]): string {
  return columns
    .flatMap(([name, figures]) =>
      figures.flatMap(({ title, details = [] }) => details.map((line) => `${name}, ${title}: ${line}\n`)),
    )
    .join('');
}
