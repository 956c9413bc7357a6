/** Something that must always hold does not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
