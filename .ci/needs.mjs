// What the long form of the tests needs beside what everything needs: asked for before it begins, since it takes hours.
import { spawnSync } from 'node:child_process'

/**
 * A command that answers when it is there, and what to install when it is not (Debian's packages).
 * @type {readonly (readonly [command: readonly string[], install: string])[]}
 */
const needs = [
  [['python3', '-c', 'import venv, ensurepip'], 'python3 python3-venv'],
  [['javac', '-version'], 'default-jdk-headless'],
  [['mvn', '-version'], 'maven'],
  [['c++', '--version'], 'build-essential'],
  [['make', '--version'], 'build-essential'],
  [['kcat', '-V'], 'kcat'],
  [['go', 'version'], 'Go 1.26 or later'],
  [['pkg-config', '--exists', 'zlib', 'libzstd'], 'pkg-config zlib1g-dev libzstd-dev'],
  [['fiu-run', '-n', 'true'], 'fiu-utils'],
  [['mkfs.ext4', '-V'], 'e2fsprogs'],
  [['sh', '-c', 'command -v chromium || command -v google-chrome'], 'chromium'],
  [['unshare', '--mount', 'true'], 'nothing, but run it as root: power failures are made on mounts of its own'],
]

/** Ends the process when something is missing. */
export function requireAllForFull() {
  const missing = needs.filter(([[command, ...args]]) => spawnSync(command, args).status !== 0)
  if (missing.length === 0) return
  for (const [command, install] of missing)
    process.stderr.write(`millrace: ${command.join(' ')} fails: install ${install}\n`)
  process.exit(1)
}
