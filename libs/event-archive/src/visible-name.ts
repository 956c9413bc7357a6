/** Whether readers of the archive read a file of this name: by Spark's rule, without files that are being written. */
export function isVisibleName(name: string): boolean {
  return name !== '' && !/^[._]|\.tmp$|\._COPYING_$/.test(name);
}

/** @throws {RangeError} unless the relative path leads to a place below its root. */
export function refuseOutside(path: string): void {
  const names = path.split('/');
  if (names.some((name) => ['', '.', '..'].includes(name))) {
    throw new RangeError(`${path} is not a path relative to the archive's root`);
  }
}
