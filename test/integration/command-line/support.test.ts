// What is at hand where something is wrong: the console in a browser, an archive for whoever helps.
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { targetName } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'
import { run } from '../../harness/process.ts'
import { lines, useCluster } from './cluster.ts'

const cluster = useCluster()
const { cli } = cluster
const ours = test.skipIf(targetName !== 'millrace')
const here = (): string => `--override log.dirs=${cluster.broker.dataDirectory}`

const work = temporaryDirectory('support')
afterAll(() => removeDirectory(work))

beforeAll(async () => {
  await cli('topic create listed')
  await cli('produce listed', { input: 'what nobody else may read\n' })
})

ours('the address of the console is printed, and opened where there is a browser', async () => {
  const printed = await cli(`ui open --print ${here()}`)
  expect(printed).toMatchObject({ code: 0, complained: '' })
  const url = printed.said.trim()
  expect(await (await fetch(url)).text()).toContain('<!doctype html>')

  const seen = join(work, 'seen')
  const browser = join(work, 'browser')
  writeFileSync(browser, `#!/bin/sh\necho "$1" > ${seen}.part && mv ${seen}.part ${seen}\n`)
  chmodSync(browser, 0o755)
  expect(await cli(`ui open ${here()}`, { environment: { BROWSER: browser } })).toMatchObject({
    code: 0,
    complained: '',
  })
  await eventually('the browser is there', () => existsSync(seen) || undefined)
  expect(readFileSync(seen, 'utf8').trim()).toBe(url)

  const without = await cli(`ui open ${here()}`, { environment: { BROWSER: '' } })
  expect(without).toMatchObject({ code: 0, said: `${url}\n` })
  expect(without.complained).toContain('there is no screen here')
  const failing = await cli(`ui open ${here()}`, { environment: { BROWSER: '/nonexistent' } })
  expect(failing).toMatchObject({ code: 0, said: `${url}\n` })
  expect(failing.complained).toContain('/nonexistent does not start')
  expect(await cli('ui open --override log.dirs=/nonexistent')).toMatchObject({ code: 6, said: '' })
})

ours('a bundle holds what our commands answer, no records and no secrets', async () => {
  const config = join(work, 'server.properties')
  const secrets = 'ssl.key.password=hidden-one\nsome.plug.in.token=hidden-two\nnum.partitions=3\n'
  writeFileSync(config, `${secrets}log.dirs=${cluster.broker.dataDirectory}\n`, { mode: 0o600 })
  const file = join(work, 'bundle.tar.gz')
  const made = await cli(`bundle ${file} --config ${config} --override sasl.jaas.config=hidden-three -o csv`)
  expect(made, made.complained).toMatchObject({ code: 0 })
  expect(made.complained).toContain(`written to ${file}`)
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const { stdout } = await run({ command: 'tar', args: ['-tzf', file] })
  const names = lines(stdout.toString())
  expect(
    lines(made.said)
      .slice(1)
      .map((line) => `millrace-bundle/${line.split(',')[0]}`),
  ).toEqual(names)
  await run({ command: 'tar', args: ['-xzf', file, '-C', work] })
  const part = (name: string): string => readFileSync(join(work, 'millrace-bundle', name), 'utf8')
  expect(JSON.parse(part('topics.json'))).toMatchObject([{ name: 'listed' }])
  expect(JSON.parse(part('status.json'))).toMatchObject({ healthy: true, brokers: 1 })
  expect(JSON.parse(part('version.json'))).toHaveProperty('millrace')
  expect(JSON.parse(part('configuration.json'))).toMatchObject({
    file: { 'num.partitions': '3', 'ssl.key.password': '(hidden)', 'some.plug.in.token': '(hidden)' },
    flags: { 'sasl.jaas.config': '(hidden)' },
  })
  expect(part('metrics.json')).toContain('process_')
  for (const name of names) {
    const content = readFileSync(join(work, name), 'utf8')
    expect(content).not.toContain('nobody else may read')
    expect(content).not.toMatch(/hidden-(one|two|three)/)
  }

  const again = await cli(`bundle ${file} ${here()}`)
  expect(again).toMatchObject({ code: 4, said: '' })
  expect(again.complained).toContain(`${file} exists`)
})

ours('a bundle of what does not answer says so in its place', async () => {
  const file = join(work, 'nobody.tar.gz')
  const made = await cli(`bundle ${file} --override log.dirs=${work} --bootstrap 127.0.0.1:1 --timeout 1s -o name`)
  expect(made).toMatchObject({ code: 7 })
  expect(made.complained).toContain('status.json: error: ')
  expect(lines(made.said)).toContain('doctor.json')
  const { stdout } = await run({ command: 'tar', args: ['-xzOf', file, 'millrace-bundle/jobs.json'] })
  expect(stdout.toString()).toContain('no broker runs on')
})
