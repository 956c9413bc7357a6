/**
 * The part of a checkout's lock that some packages need, as a lock of its own, so that an image holds exactly the
 * versions that were tested.
 */
export function lockFor(name, wanted, { lockfileVersion, packages }) {
  const kept = {};
  const add = (dependency, from, isOptional) => {
    const path = placeOf(dependency, from, packages);
    if (path === undefined) {
      if (isOptional) return;
      throw new Error(`package-lock.json has no ${dependency}, which ${from || name} needs`);
    }
    if (path in kept) return;
    const { devOptional, ...entry } = packages[path];
    // `dev`: needed by development alone, which is not so here.
    delete entry.dev;
    kept[path] = { ...entry, ...((devOptional || isOptional) && { optional: true }) };
    for (const next of Object.keys(entry.dependencies ?? {})) add(next, path, isOptional);
    for (const next of Object.keys(entry.optionalDependencies ?? {})) add(next, path, true);
  };
  for (const dependency of wanted) add(dependency, '', false);
  const dependencies = Object.fromEntries(wanted.map((it) => [it, packages[`node_modules/${it}`].version]));
  return { name, lockfileVersion, requires: true, packages: { '': { name, dependencies }, ...sorted(kept) } };
}

/** As Node looks for it: beside the package that needs it, then further up. */
function placeOf(dependency, from, packages) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const path = folder === '' ? `node_modules/${dependency}` : `${folder}/node_modules/${dependency}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

function sorted(entries) {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}
