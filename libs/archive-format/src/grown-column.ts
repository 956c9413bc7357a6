/** Capacity of a column after its first row. A partition without events allocates nothing. */
const INITIAL_ROWS = 8;

type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/**
 * A column with twice the room and the same values. The memory of the given one is freed at once; that of the added room is
 * not touched before it is used, as it would be by `transfer` to a greater length.
 * @param columnOf makes an empty column with room for so many rows.
 */
export function grown<T extends Column>(column: T, columnOf: (rows: number) => T): T {
  const larger = columnOf(Math.max(INITIAL_ROWS, column.length * 2));
  larger.set(column);
  column.buffer.transfer(0);
  return larger;
}
