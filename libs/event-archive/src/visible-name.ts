/** Whether readers of the archive take a file of this name: Spark's rule, and no files that are still being written. */
export function isVisibleName(name: string): boolean {
  return name !== '' && !/^[._]|\.tmp$|\._COPYING_$/.test(name);
}

/** @throws {RangeError} unless the path leads to a place below the root that it is relative to. */
export function refuseOutside(path: string): void {
  const names = path.split('/');
  if (names.some((name) => ['', '.', '..'].includes(name))) {
    throw new RangeError(`${path} is not a path relative to the archive's root`);
  }
}
