import { ArchiveContentError, hourText } from '@antenna/hourly-batch';
import type { FetchedFiles } from './local-files.ts';

/** A node of the schema of a Parquet file, as DuckDB tells it: columns, and below structures their fields. */
export interface SchemaNode {
  readonly file_name: string;
  readonly name: string;
  /** Of a structure: how many of the following nodes are right below it. */
  readonly children: bigint;
  readonly type: string;
}

/** Whole numbers. A DECIMAL without a fraction is one, of up to 38 digits. */
const INTEGER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+, ?0\))$/;
const TEXT = /^VARCHAR$/;
/** With or without time zone, whatever its unit (INT96 too): an instant, and UTC where it does not say. */
const INSTANT = /^TIMESTAMP/;

const NEEDED: ReadonlyMap<string, RegExp> = new Map([
  ['timestamp', INSTANT],
  ['id', TEXT],
  ['antenna_id', TEXT],
  ['bytes', INTEGER],
  ['app', TEXT],
]);

/** Types by the names of the columns, in lower case: DuckDB and Spark take no notice of it. Two columns of a name: two types. */
type Columns = ReadonlyMap<string, readonly string[]>;

const MOST_NAMED = 10;

/**
 * Makes sure that each file has what an hour is added up from, in any order and letter case, beside columns of its own.
 * @param nodes of the files' schemas, each in depth-first order.
 * @returns whether the files also tell the partition and offset that each row comes from.
 * @throws {ArchiveContentError} naming the files, and every column that is missing, of another type, or there twice.
 */
export function checkColumns(
  nodes: readonly SchemaNode[],
  files: FetchedFiles,
  hourMs: number,
): { readonly haveOffsets: boolean } {
  const schemas = [...Map.groupBy(nodes, ({ file_name }) => file_name)].map(
    ([localPath, ofFile]) => [files.pathOf(localPath), columnsOf(ofFile)] as const,
  );
  const faulty = schemas
    .map(([path, columns]) => [path, faultsOf(columns)] as const)
    .filter(([, { length }]) => length);
  if (faulty.length > 0) {
    const facts = faulty.slice(0, MOST_NAMED).map(([path, faults]) => `${path} has ${faults.join(', ')}`);
    const others = faulty.length > MOST_NAMED ? `; and ${faulty.length - MOST_NAMED} more files` : '';
    throw new ArchiveContentError(
      `the files of hour ${hourText(hourMs)} are no archive of events: ${facts.join('; ')}${others}; write them again ` +
        'with the columns timestamp (TIMESTAMP), id, antenna_id, app (texts) and bytes (a whole number)',
    );
  }
  const areIntegers = (name: string) =>
    schemas.some(([, columns]) => columns.has(name)) &&
    schemas.every(([, columns]) => (columns.get(name) ?? []).every((type) => INTEGER.test(type)));
  return { haveOffsets: areIntegers('kafka_partition') && areIntegers('kafka_offset') };
}

function faultsOf(columns: Columns): string[] {
  return [...NEEDED].flatMap(([name, allowed]) => {
    const [type, another] = columns.get(name) ?? [];
    if (type === undefined) return [`no column ${name}`];
    if (another !== undefined) return [`two columns named ${name} but for the case of their letters`];
    return allowed.test(type) ? [] : [`column ${name} of type ${type}`];
  });
}

/** The columns of a file: the fields of its structures are none. */
function columnsOf(nodes: readonly SchemaNode[]): Columns {
  const columns = new Map<string, string[]>();
  // The first node is the file itself.
  let index = 1;
  while (index < nodes.length) {
    const { name = '', type = '' } = nodes[index] ?? {};
    columns.set(name.toLowerCase(), [...(columns.get(name.toLowerCase()) ?? []), type]);
    index = endOf(nodes, index);
  }
  return columns;
}

/** Where the node after this one and all below it is. */
function endOf(nodes: readonly SchemaNode[], index: number): number {
  let end = index + 1;
  for (let child = 0n; child < (nodes[index]?.children ?? 0n); child += 1n) end = endOf(nodes, end);
  return end;
}
