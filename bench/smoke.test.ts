// The suite as a whole, in seconds: one case on Millrace alone.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory, removeDirectory } from '@millrace/test/harness/cleanup.js'
import { repository } from '@millrace/test/harness/paths.js'
import { expect, onTestFinished, test } from 'vitest'
import { readResult } from './suite/result.ts'

/** As `cargo test` builds it: nobody looks at the figures. */
const env = { ...process.env, MILLRACE_LOAD: join(repository, 'target', 'debug', 'load') }
const main = join(repository, 'bench', 'dist', 'suite', 'main.js')

test('a case is played, checked and written', async () => {
  const directory = temporaryDirectory('suite')
  onTestFinished(() => removeDirectory(directory))
  const output = join(directory, 'result.json')
  const length = ['--pairs', '1', '--seconds', '1', '--settle', '0.1']
  const args = [main, '--rows', '1', '--brokers', 'millrace,null broker', ...length, '--output', output]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  expect(stdout).toContain(output)
  const { cases } = readResult(output)
  expect(cases.map(({ id }) => id)).toEqual(['produce-16k', 'produce-16k-cpu'])
  const samples = cases[0]?.samples ?? []
  expect(samples.map(({ broker, pair }) => [broker, pair])).toEqual([
    ['millrace', 0],
    ['null broker', 0],
    ['null broker', 1],
    ['millrace', 1],
  ])
  for (const { values, dropped } of samples) {
    expect(values['throughput']).toBeGreaterThan(0)
    expect(dropped ?? '').not.toMatch(/void/)
  }
})
