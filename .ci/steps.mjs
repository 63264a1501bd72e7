// Runs a list of named commands, prints one line before and after each, and counts what passed and failed. With
// CI=true a test that was skipped is a failure: what nobody ran proves nothing.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/** The summary lines of Vitest and of cargo test, when something in them did not run. */
const SKIPPED = /^(\s*Tests\s.*\b[1-9]\d* (skipped|todo)\b|test result: .*\b[1-9]\d* ignored\b)/

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
    const status = await run(command, env)
    const seconds = ((Date.now() - started) / 1000).toFixed(1)
    process.stdout.write(`=== ${name}: ${status === 0 ? 'passed' : `FAILED (${status})`} in ${seconds} s\n`)
    if (status === 0) passed += 1
    else failed.push(name)
  }
  for (const name of failed) process.stdout.write(`failed: ${name}\n`)
  process.stdout.write(`\n${passed} passed, ${failed.length} failed\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

function run([program, ...options], env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, options, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    let skipped = false
    createInterface({ input: child.stdout }).on('line', (line) => {
      process.stdout.write(`${line}\n`)
      skipped ||= SKIPPED.test(stripVTControlCharacters(line))
    })
    child.on('error', (error) => {
      process.stdout.write(`cannot run ${program}: ${error.message}\n`)
      resolve(127)
    })
    child.on('close', (status, signal) => {
      resolve(skipped && process.env.CI === 'true' && status === 0 ? 'a test was skipped' : (status ?? signal))
    })
  })
}
