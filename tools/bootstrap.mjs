// node tools/bootstrap.mjs <script> [arguments…]: installs the dependencies where that is needed, then runs a script
// of this checkout on Node 24. It depends on nothing but an older Node, and is what the npm scripts start with.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(checkout, 'node_modules');
const wantedLock = join(checkout, 'package-lock.json');
const installedLock = join(modules, '.package-lock.json');
const installing = join(checkout, '.local', 'npm-ci.lock');

/** What the scripts run on, and what this file itself needs. */
const wantedMajor = 24;
const oldest = [20, 19];

function say(line) {
  process.stderr.write(`bootstrap: ${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  fail(`Node ${process.versions.node} is too old; install Node ${oldest.join('.')} or newer`);
}

/** npm writes `installedLock` when it has finished. What was not installed for this platform is missing from it. */
function isInstalled() {
  if (!existsSync(installedLock)) return false;
  if (statSync(installedLock).mtimeMs >= statSync(wantedLock).mtimeMs) return true;
  const [wanted, installed] = [wantedLock, installedLock].map(
    (path) => JSON.parse(readFileSync(path, 'utf8')).packages,
  );
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}

/** Runs a program to its end and passes signals on to it. @returns its exit code, or the signal that ended it. */
function ended(file, args, options) {
  const child = spawn(file, args, { cwd: checkout, ...options });
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the child too.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => {
    for (const signal of signals) process.off(signal, forward);
  });
}

async function install() {
  say('installing the dependencies (npm ci); this takes a few minutes the first time');
  // When npm started this script, this variable has npm's own path.
  const npm = process.env.npm_execpath;
  const [file, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...before, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // Standard output belongs to the script.
  const end = await ended(file, args, { stdio: ['ignore', 2, 2], shell: file === 'npm' });
  if (end !== 0) throw new Error(`npm ci ended with ${end}: see above`);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function lockInstallation() {
  try {
    writeFileSync(installing, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** One process installs at a time; a process that waited for it finds the installation complete. */
async function installAlone() {
  mkdirSync(dirname(installing), { recursive: true });
  let told = false;
  while (!lockInstallation()) {
    const holder = Number(existsSync(installing) ? readFileSync(installing, 'utf8') : '');
    if (holder > 0 && !isRunning(holder)) {
      rmSync(installing, { force: true });
      continue;
    }
    if (!told) say(`process ${holder} is installing; waiting for it (it holds ${installing})`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  try {
    if (!isInstalled()) await install();
  } finally {
    rmSync(installing, { force: true });
  }
}

/** The Node that npm installed for this platform, else the one that runs this if it is new enough. */
function node() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = join(modules, `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(installed)) return installed;
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath;
  return fail(
    `npm has no Node ${wantedMajor} for ${platform}-${process.arch}, and this is Node ${process.versions.node}; ` +
      `install Node ${wantedMajor} or newer`,
  );
}

/** Jest needs its flags in the environment, where its workers find them. The benchmark holds the truth of a million users. */
function nodeOptions(script) {
  const flags = ['--disable-warning=TimeoutNegativeWarning']; // kafkajs's; harmless.
  if (script.endsWith('jest.js')) flags.push('--experimental-vm-modules', '--disable-warning=ExperimentalWarning');
  if (script.startsWith('tools/bench/')) flags.push('--max-old-space-size=12288');
  return [process.env.NODE_OPTIONS, ...flags].filter(Boolean).join(' ');
}

function run(script, args) {
  const path = [join(modules, '.bin'), process.env.PATH].filter(Boolean).join(delimiter);
  const env = { ...process.env, PATH: path, NODE_OPTIONS: nodeOptions(script) };
  return ended(node(), [join(checkout, script), ...args], { stdio: 'inherit', env });
}

requireNode();
const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('usage: node tools/bootstrap.mjs <script> [arguments…]');
try {
  if (!isInstalled()) await installAlone();
  const end = await run(script, args);
  if (typeof end === 'number') process.exitCode = end;
  else process.kill(process.pid, end);
} catch (error) {
  fail(error.message);
}
