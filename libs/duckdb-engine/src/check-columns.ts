import { ArchiveContentError, hourText } from '@antenna/hourly-batch';

/** A column as DuckDB describes it. */
export interface DescribedColumn {
  readonly column_name: string;
  readonly column_type: string;
}

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const TEXT = /^VARCHAR$/;
/** With or without time zone, whatever its unit: an instant, and UTC where it does not say. */
const INSTANT = /^TIMESTAMP/;

const NEEDED: ReadonlyMap<string, RegExp> = new Map([
  ['timestamp', INSTANT],
  ['id', TEXT],
  ['antenna_id', TEXT],
  ['bytes', INTEGER],
  ['app', TEXT],
]);

/**
 * Makes sure that the files have what an hour is added up from.
 * @returns whether they also tell the partition and offset that each row comes from.
 * @throws {ArchiveContentError} naming every column that is missing or of another type.
 */
export function checkColumns(columns: readonly DescribedColumn[], hourMs: number): { readonly haveOffsets: boolean } {
  const types = new Map(columns.map(({ column_name, column_type }) => [column_name, column_type]));
  const facts = [...NEEDED].flatMap(([name, allowed]) => {
    const type = types.get(name);
    if (type === undefined) return [`no column ${name}`];
    return allowed.test(type) ? [] : [`column ${name} of type ${type}`];
  });
  if (facts.length > 0) {
    throw new ArchiveContentError(
      `the files of hour ${hourText(hourMs)} have ${facts.join(', ')}: they are no archive of events`,
    );
  }
  const isInteger = (name: string) => INTEGER.test(types.get(name) ?? '');
  return { haveOffsets: isInteger('kafka_partition') && isInteger('kafka_offset') };
}
