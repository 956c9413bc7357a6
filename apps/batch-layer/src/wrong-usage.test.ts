import { execute } from '@antenna/cli';
import { batchLayer } from './batch-layer.ts';

async function runWith(args: readonly string[]) {
  let stderr = '';
  const writeErr = (text: string) => (stderr += text);
  const exitCode = await execute(batchLayer, { args, env: {}, writeOut: () => undefined, writeErr });
  return { exitCode, stderr };
}

describe('the batch layer reports all problems of its arguments at once', () => {
  it.each([
    [
      ['run', '--date=2022-02-30', '--hour=24'],
      ['--date: given "2022-02-30" (the calendar has none)', '--hour: given "24"'],
    ],
    [
      ['run', '--date=1969-12-31', '--hour=-1'],
      ['--date: given "1969-12-31" (it is before 1970)', '--hour: given "-1"'],
    ],
    [
      ['run', '--date=29.10.2022', '--hour=1.5'],
      ['--date: given "29.10.2022" (it has another form)', '--hour: given'],
    ],
    [
      ['run', '--from=2022-10-29T24', '--to=2022-13-01T00'],
      ['--from: given', '--to: given'],
    ],
    [
      ['run', '--date=2022-10-29', '--from=2022-10-29T01'],
      ['--hour: missing', '--to: missing', 'more than one way'],
    ],
    [['run', '--hour=13'], ['--date: missing']],
    [['run', '--from=2022-10-29T13', '--to=2022-10-29T13'], ['--to: is not after --from']],
    [['run', '--due', '--date=2022-10-29', '--hour=1'], ['more than one way']],
    [['run', '--due=perhaps'], ['--due: given "perhaps"']],
    [['run'], ['no hour is named; give --date and --hour, --from and --to, or --due']],
    [['verify'], ['no hour is named; give --date and --hour, --from and --to, or --certificate']],
    [['verify', '--due'], ["unknown option '--due'"]],
    [
      ['verify', '--date=x', '--database-url=y', '--archive-url=z'],
      ['--date', 'DATABASE_URL', 'ARCHIVE_URL'],
    ],
    [['compute'], ['unknown command']],
  ])('such as %j', async (args, problems) => {
    const { exitCode, stderr } = await runWith(args);
    expect(exitCode).toBe(2);
    for (const problem of problems) expect(stderr).toContain(problem);
  });
});
