// Runs a list of named commands, prints one line before and after each, and counts what passed and failed. The last
// lines of a step that failed are printed once more at the end. With CI=true a test that was skipped is a failure: what
// nobody ran proves nothing.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/** The summary lines of Vitest and of cargo test, when something in them did not run. */
const SKIPPED = /^(\s*Tests\s.*\b[1-9]\d* (skipped|todo)\b|test result: .*\b[1-9]\d* ignored\b)/

/** How many lines of a step that failed are repeated: the test runners' own list of failures fits. */
const REPEATED_LINES = 80

const root = fileURLToPath(new URL('..', import.meta.url))

/** The command that runs one project of test/vitest.config.ts. */
export const vitest = (project) => [
  'node_modules/.bin/vitest',
  'run',
  '--config',
  'test/vitest.config.ts',
  '--project',
  project,
]

/** Runs every step even after a failure, so that one run tells everything; the exit code is 1 if any failed. */
export async function runSteps(steps) {
  let passed = 0
  const failed = []
  for (const { name, command, env } of steps) {
    const started = Date.now()
    process.stdout.write(`\n=== ${name}\n`)
    const { status, lastLines } = await run(command, env)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    process.stdout.write(`=== ${name}: ${status === 0 ? 'passed' : `FAILED (${status})`} in ${seconds} s\n`)
    if (status === 0) passed += 1
    else failed.push({ name, lastLines })
  }
  for (const { name, lastLines } of failed)
    process.stdout.write(`\n=== how it failed: ${name}\n${lastLines.join('\n')}\n`)
  for (const { name } of failed) process.stdout.write(`failed: ${name}\n`)
  process.stdout.write(`\n${passed} passed, ${failed.length} failed\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

function run([program, ...options], env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, options, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let skipped = false
    const lastLines = []
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      createInterface({ input: from }).on('line', (line) => {
        to.write(`${line}\n`)
        skipped ||= SKIPPED.test(stripVTControlCharacters(line))
        lastLines.push(line)
        if (lastLines.length > REPEATED_LINES) lastLines.shift()
      })
    }
    child.on('error', (error) => {
      process.stdout.write(`cannot run ${program}: ${error.message}\n`)
      resolve({ status: 127, lastLines })
    })
    child.on('close', (status, signal) => {
      const told = skipped && process.env.CI === 'true' && status === 0 ? 'a test was skipped' : (status ?? signal)
      resolve({ status: told, lastLines })
    })
  })
}
