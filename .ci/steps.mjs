// Runs a list of named commands, prints one line before and after each, and counts what passed and failed.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

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
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.on('error', (error) => {
      process.stdout.write(`cannot run ${program}: ${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (status, signal) => resolve(status ?? signal))
  })
}
