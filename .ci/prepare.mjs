// Installs and builds what a command needs, and nothing twice: `node .ci/prepare.mjs`.
//
// Dependency-free, since it runs before anything is installed. Each step has a fingerprint of its input files (name,
// size, time of change) kept in node_modules/.millrace; a step whose fingerprint stands is not run.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const rustMinimum = [1, 95]
const stampDirectory = 'node_modules/.millrace'

const steps = [
  {
    name: 'install the packages of package-lock.json',
    stamp: 'packages',
    inputs: [
      'package-lock.json',
      'package.json',
      'ts/broker/package.json',
      'ts/admin-ui/package.json',
      'test/package.json',
      'bench/package.json',
    ],
    outputs: ['node_modules/typescript'],
    // Not `npm ci`: it refuses a lock file from which a registry's missing builds for other platforms were left out.
    command: ['npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
  },
  {
    name: 'build the log engine (Rust, release)',
    stamp: 'addon',
    // The last names what is built.
    inputs: ['crates', 'Cargo.toml', 'Cargo.lock', 'ts/broker/package.json'],
    outputs: ['ts/broker/native/index.cjs'],
    before: requireRustAndC,
    command: (
      'node_modules/.bin/napi build --release --platform --features napi,mimalloc --manifest-path crates/logstore/Cargo.toml ' +
      '--package-json-path ts/broker/package.json --output-dir ts/broker/native --js index.cjs --dts index.d.cts'
    ).split(' '),
  },
  {
    name: 'compile the control plane (TypeScript)',
    stamp: 'typescript',
    inputs: [
      'ts/broker/src',
      'ts/broker/tsconfig.json',
      'ts/broker/native/index.d.cts',
      'tsconfig.json',
      'package-lock.json',
    ],
    outputs: ['ts/broker/dist/main.js'],
    command: ['node_modules/.bin/tsc', '-b', 'ts/broker'],
  },
  {
    name: 'bundle the control plane',
    stamp: 'bundle',
    // The compiler's record of what it wrote: modules that it compiled anew are bundled anew, whoever called it.
    inputs: ['ts/broker/dist/.tsbuildinfo', 'ts/broker/bin', '.ci/bundle.mjs', 'package-lock.json'],
    outputs: ['ts/broker/dist/bundle/broker.cjs'],
    // By the Node that will run it: its cache is of one version of V8.
    command: [process.execPath, '.ci/bundle.mjs'],
  },
  {
    name: 'build the console',
    stamp: 'console',
    inputs: [
      'ts/admin-ui/src',
      'ts/admin-ui/public',
      'ts/admin-ui/index.html',
      'ts/admin-ui/vite.config.ts',
      // What it has of the broker.
      'ts/broker/src/admin/contract',
      'ts/broker/src/admin/contract.ts',
      'ts/broker/src/admin/client.ts',
      'package-lock.json',
    ],
    outputs: ['ts/broker/dist/console/index.html'],
    command: ['node_modules/.bin/vite', 'build', 'ts/admin-ui', '--logLevel', 'warn'],
  },
]

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
requireNode()
for (const step of steps) await bringUpToDate(step)

/** Runs a step unless its inputs are those of its last success and its outputs still exist. */
async function bringUpToDate(step) {
  const stampFile = join(stampDirectory, step.stamp)
  const recorded = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
  if (recorded === fingerprintOf(step.inputs) && step.outputs.every((path) => existsSync(path))) return
  step.before?.()
  const started = Date.now()
  process.stderr.write(`millrace: ${step.name} ...\n`)
  const status = await run(step.command)
  if (status !== 0) fail(`could not ${step.name}: \`${step.command.join(' ')}\` ended with ${status}`)
  mkdirSync(stampDirectory, { recursive: true })
  // Taken again, since a build may touch its own inputs (a lock file, generated types).
  writeFileSync(stampFile, fingerprintOf(step.inputs))
  process.stderr.write(`millrace: ${step.name}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

function run([program, ...options]) {
  return new Promise((resolve) => {
    // Standard output belongs to the command that follows; progress goes to standard error.
    const child = spawn(program, options, { stdio: ['ignore', 2, 2] })
    const started = Date.now()
    // In a terminal the builders draw bars of their own.
    const beat = () => {
      process.stderr.write(`millrace: ... ${Math.round((Date.now() - started) / 1000)} s\n`)
    }
    const heartbeat = process.stderr.isTTY ? undefined : setInterval(beat, 30_000)
    child.on('error', (error) => fail(`cannot run ${program}: ${error.message}`))
    child.on('exit', (status, signal) => {
      clearInterval(heartbeat)
      resolve(status ?? signal)
    })
  })
}

function fingerprintOf(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return
    if (!found.isDirectory()) {
      hash.update(`${path} ${found.size} ${found.mtimeMs}\n`)
      return
    }
    for (const name of readdirSync(path).toSorted()) {
      if (name !== 'target' && name !== 'node_modules') visit(join(path, name))
    }
  }
  for (const path of paths) visit(path)
  return hash.digest('hex')
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 18)) return
  fail(`Node ${process.versions.node} is not supported: install Node 20.19 or later of 20, or 22.18 or later of 22`)
}

function requireRustAndC() {
  const answer = spawnSync('cargo', ['--version'], { encoding: 'utf8' })
  const version = /cargo (\d+)\.(\d+)/.exec(answer.stdout ?? '')
  if (version === null) fail('Rust is missing: install Rust 1.95 or later (rustup) so that `cargo --version` answers')
  const [major, minor] = [Number(version[1]), Number(version[2])]
  if (major < rustMinimum[0] || (major === rustMinimum[0] && minor < rustMinimum[1])) {
    fail(`Rust ${major}.${minor} is too old: install ${rustMinimum.join('.')} or later (\`rustup update\`)`)
  }
  // Rust links with it, and one codec is C.
  if (spawnSync('cc', ['--version']).status !== 0) {
    fail('a C compiler is missing: install one (Debian package build-essential) so that `cc --version` answers')
  }
}

function fail(message) {
  process.stderr.write(`millrace: ${message}\n`)
  process.exit(1)
}
