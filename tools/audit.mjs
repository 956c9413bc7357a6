// node tools/audit.mjs: asks the registry for known weaknesses of what runs in production: the dependencies of this
// checkout, and those of each bundle that was built. Ends with 1 when there are any. A registry that knows of none
// because it has no such service is told of, and is no failure: nothing was found out.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '..');
const bundles = join(checkout, 'dist', 'apps');

function folders() {
  const built = existsSync(bundles) ? readdirSync(bundles).map((name) => join(bundles, name)) : [];
  return [checkout, ...built.filter((folder) => existsSync(join(folder, 'package-lock.json')))];
}

/** The report as JSON; undefined when there was none. npm ends with 1 for weaknesses as for anything else. */
function audited(folder) {
  const args = ['audit', '--omit=dev', '--package-lock-only', '--json'];
  return new Promise((resolveReport) => {
    execFile('npm', args, { cwd: folder, maxBuffer: 64 * 2 ** 20 }, (_error, stdout) => {
      try {
        const report = JSON.parse(stdout);
        resolveReport(report.auditReportVersion === undefined ? undefined : report);
      } catch {
        resolveReport(undefined);
      }
    });
  });
}

let found = 0;
for (const folder of folders()) {
  const report = await audited(folder);
  const name = folder === checkout ? 'this checkout' : folder.slice(checkout.length + 1);
  if (report === undefined) {
    console.log(`${name}: NOT CHECKED, the registry does not answer the question`);
    continue;
  }
  const weak = Object.values(report.vulnerabilities);
  for (const { name: dependency, severity, range } of weak) console.log(`${name}: ${dependency} ${range}: ${severity}`);
  if (weak.length === 0) console.log(`${name}: nothing known`);
  found += weak.length;
}
process.exitCode = found === 0 ? 0 : 1;
