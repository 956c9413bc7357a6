import type { EventColumns, DictionaryColumn } from '@antenna/archive-format';
import { ascendingRows, valuesOfRows } from './row-order.ts';

/** The rows in offset order, whatever the order in their file. */
export function inOffsetOrder(columns: EventColumns): EventColumns {
  const order = ascendingRows(columns.offset);
  const numbers = (column: Float64Array) => valuesOfRows(column, order, new Float64Array(order.length));
  const texts = ({ values, codes }: DictionaryColumn) => ({
    values,
    codes: valuesOfRows(codes, order, new Int32Array(order.length)),
  });
  return {
    rows: columns.rows,
    partition: columns.partition,
    offset: numbers(columns.offset),
    eventTimeMs: numbers(columns.eventTimeMs),
    bytes: numbers(columns.bytes),
    id: texts(columns.id),
    antennaId: texts(columns.antennaId),
    app: texts(columns.app),
  };
}
