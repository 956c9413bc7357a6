import { ArchiveContentError, hourText } from '@antenna/hourly-batch';
import type { FetchedFiles } from './local-files.ts';

/** A node in the schema tree of a Parquet file, in DuckDB's terms: a column, or a field of a structure. */
export interface SchemaNode {
  readonly file_name: string;
  readonly name: string;
  /** Number of child nodes of a structure; the nodes follow in depth-first order. */
  readonly children: bigint;
  readonly type: string;
}

/** Integer types. A DECIMAL without a fraction is one too, of up to 38 digits. */
const INTEGER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(\d+, ?0\))$/;
const TEXT = /^VARCHAR$/;
/** Timestamps of any unit (INT96 too), with or without time zone; one without is in UTC. */
const INSTANT = /^TIMESTAMP/;

const NEEDED: ReadonlyMap<string, RegExp> = new Map([
  ['timestamp', INSTANT],
  ['id', TEXT],
  ['antenna_id', TEXT],
  ['bytes', INTEGER],
  ['app', TEXT],
]);

/** Types by lower-case column name, since DuckDB and Spark ignore case; two columns of the same name have two types. */
type Columns = ReadonlyMap<string, readonly string[]>;

const MOST_NAMED = 10;

/**
 * Checks that each file has the columns of an event, in any order and letter case; further columns are allowed.
 * @param nodes the schemas of the files, each in depth-first order.
 * @returns whether the files also have the Kafka partition and offset of each row.
 * @throws {ArchiveContentError} with the names of the files, and each column that is missing, has another type or is
 * there twice.
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

/** The columns of a file, without the fields of its structures. */
function columnsOf(nodes: readonly SchemaNode[]): Columns {
  const columns = new Map<string, string[]>();
  // The first node stands for the file itself.
  let index = 1;
  while (index < nodes.length) {
    const { name = '', type = '' } = nodes[index] ?? {};
    columns.set(name.toLowerCase(), [...(columns.get(name.toLowerCase()) ?? []), type]);
    index = endOf(nodes, index);
  }
  return columns;
}

/** The index behind a node and all its descendants. */
function endOf(nodes: readonly SchemaNode[], index: number): number {
  let end = index + 1;
  for (let child = 0n; child < (nodes[index]?.children ?? 0n); child += 1n) end = endOf(nodes, end);
  return end;
}
