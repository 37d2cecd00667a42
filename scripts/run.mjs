// node scripts/run.mjs COMMAND [ARG...]: prepares the checkout, then runs COMMAND with the right Node.
// Plain JavaScript, no packages: it is started by whatever Node the machine has (18 or newer).
// 1. Finds a Node that is new enough: the one running this, or a private copy in scripts/runtime.
// 2. Runs `npm ci` with that Node when node_modules is missing or does not match the lockfile.
// 3. Starts COMMAND with that Node and node_modules/.bin first in PATH; signals and exit status pass through.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN_MAJOR = 26; // native TypeScript without flags, `using`, Temporal, argon2
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const runtimeDir = path.join(root, 'scripts', 'runtime');
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.run.json');
const lockDir = path.join(root, '.run.lock');
const windows = process.platform === 'win32';

const fail = (message) => {
  console.error(`run: ${message}`);
  process.exit(1);
};
const read = (file) => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
const major = (v) => Number(String(v).replace(/^v/, '').split('.')[0]);

/** This process's environment with these folders first in PATH (Windows spells it Path). */
const environment = (folders, extra = {}) => {
  const key = Object.keys(process.env).find((k) => k.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [key]: [...folders, process.env[key]].join(path.delimiter), ...extra };
};
const npm = (node, args, cwd) => {
  // The npm that started this, run by the Node that will load what it installs.
  const cli = /[\\/]npm-cli\.js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : undefined;
  const [command, argv] = cli ? [node, [cli, ...args]] : [windows ? 'npm.cmd' : 'npm', args];
  const result = spawnSync(command, argv, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !cli && windows,
    env: environment([path.dirname(node)]),
  });
  if (result.status !== 0) fail(`npm ${args.join(' ')} failed (exit ${result.status ?? result.signal})`);
};

const versionOf = (node) => {
  const r = spawnSync(node, ['-p', 'process.version+" "+process.versions.modules'], { encoding: 'utf8' });
  return r.status === 0 ? r.stdout.trim() : undefined;
};

/** The path of a Node that is new enough. */
function findNode() {
  // Not process.execPath when that is already our private copy: it is found again below.
  if (major(process.version) >= MIN_MAJOR && !process.execPath.startsWith(runtimeDir)) return process.execPath;
  const wanted = JSON.parse(read(path.join(runtimeDir, 'package.json'))).optionalDependencies;
  const os = windows ? 'win' : process.platform;
  const name = [`node-bin-${os}-${process.arch}`, `node-${os}-${process.arch}`].find((n) => wanted[n]);
  if (!name)
    fail(`Node ${MIN_MAJOR} or newer is needed (this is ${process.version}) and there is no copy for ${os}-${process.arch}: install it by hand`);
  const node = path.join(runtimeDir, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (versionOf(node)?.split(' ')[0] !== `v${wanted[name]}`) {
    console.error(`run: Node ${process.version} is too old, installing Node ${wanted[name]} into scripts/runtime ...`);
    npm(process.execPath, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], runtimeDir);
    if (!fs.existsSync(node)) fail(`could not install ${name}@${wanted[name]}: is the npm registry reachable?`);
    if (!versionOf(node)) fail(`${node} does not run on this machine`);
  }
  return node;
}

function link(node) {
  const bin = path.join(modules, '.bin');
  fs.mkdirSync(bin, { recursive: true });
  if (windows) return fs.writeFileSync(path.join(bin, 'node.cmd'), `@"${node}" %*\r\n`);
  const target = path.join(bin, 'node');
  let current;
  try {
    current = fs.readlinkSync(target);
  } catch {}
  if (current === node) return;
  fs.rmSync(target, { force: true });
  fs.symlinkSync(node, target);
}

function unlink() {
  for (const f of ['node', 'node.cmd']) fs.rmSync(path.join(modules, '.bin', f), { force: true });
}

function withLock(work) {
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      fs.mkdirSync(lockDir);
      fs.writeFileSync(path.join(lockDir, 'pid'), String(process.pid));
      break;
    } catch (e) {
      if (e.code !== 'EEXIST') throw e;
      const pid = Number(read(path.join(lockDir, 'pid')));
      let alive = true;
      try {
        if (pid) process.kill(pid, 0);
      } catch (x) {
        alive = x.code === 'EPERM';
      }
      if (!alive || Date.now() > deadline) {
        fs.rmSync(lockDir, { recursive: true, force: true });
        continue;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  const release = () => fs.rmSync(lockDir, { recursive: true, force: true });
  process.on('exit', release);
  const result = work();
  process.off('exit', release);
  release();
  return result;
}

const node = withLock(() => {
  const started = Date.now();
  const node = findNode();
  const version = versionOf(node);
  const lock = read(path.join(root, 'package-lock.json'));
  if (!lock) fail('package-lock.json is missing');
  const want = JSON.stringify({
    lock: createHash('sha256').update(lock).update(read(path.join(root, 'package.json'))).digest('hex'),
    abi: version.split(' ')[1],
    platform: `${process.platform}-${process.arch}`,
  });
  if (read(stampFile) !== want) {
    console.error(`run: installing packages with Node ${version.split(' ')[0]} ...`);
    npm(node, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root);
    fs.writeFileSync(stampFile, want);
    console.error(`run: ready in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
  if (node.startsWith(runtimeDir)) link(node);
  else unlink();
  return node;
});

const [command, ...args] = process.argv.slice(2);
if (command) {
  const bins = [path.dirname(node), path.join(modules, '.bin')];
  const child = spawn(command === 'node' ? node : command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows && command !== 'node',
    env: environment(bins, { NODE: node, npm_node_execpath: node }),
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C reaches the whole foreground group by itself: passing it on would deliver it twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  // `kill <npm>` ends npm and its shell without telling us: notice that the parent is gone.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref();
  child.on('error', (e) => fail(`${command}: ${e.message}`));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
