// What a person meets: prompts and progress in a terminal, completion in a shell, doctor and bench.
import { setTimeout as pause } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { program } from '../../harness/paths.ts'
import { run } from '../../harness/process.ts'
import { onScreen } from '../../harness/pseudo-terminal.ts'
import { lines, useCluster } from './cluster.ts'

const cluster = useCluster()
const { cli, environment } = cluster
const CTRL_C = '\u0003'

beforeAll(async () => {
  await cli('topic create precious doomed')
})

test('deleting in a terminal asks for the name, and takes no other answer', async () => {
  const wrong = onScreen(['topic', 'delete', 'precious'], environment())
  await wrong.shows('type its name to go on: ')
  wrong.type('yes\r')
  expect(await wrong.ended).toBe(1)
  expect(wrong.drawn()).toContain('nothing was changed')

  const right = onScreen(['topic', 'delete', 'doomed'], environment())
  await right.shows('type its name to go on: ')
  right.type('doomed\r')
  expect(await right.ended).toBe(0)
  expect((await cli('topic list -o name')).said).toBe('precious\n')
})

test.each([
  ['Ctrl-C', CTRL_C, 130],
  ['Ctrl-D', '\u0004', 1],
])('%s at the question changes nothing, and says so below it', async (_, key, code) => {
  const asked = onScreen(['topic', 'delete', 'precious'], environment())
  await asked.shows('type its name to go on: ')
  asked.type(key)
  expect(await asked.ended).toBe(code)
  expect(lines(stripVTControlCharacters(asked.drawn()).replaceAll('\r', '')).at(-1)).toBe(
    'error: not confirmed; nothing was changed',
  )
  expect((await cli('topic list precious -o name')).said).toBe('precious\n')
})

test('a long step draws its progress, and Ctrl-C ends it with what was done', async () => {
  const bench = onScreen(['bench', 'produce', 'speed', '-n', '500000000', '-s', '10'], environment())
  await bench.shows('records/s')
  bench.type(CTRL_C)
  expect(await bench.ended).toBe(130)
  expect(bench.drawn()).toMatch(/\[=* *\] \d+%/)
  expect(bench.drawn()).toContain('recordsPerSecond')
})

test('Ctrl-C ends what follows a topic, and what watches', async () => {
  await cli('produce precious', { input: 'hello \u001B[31mred\n' })
  const following = onScreen(['consume', 'precious'], environment())
  await following.shows('hello ')
  following.type(CTRL_C)
  expect(await following.ended).toBe(130)
  expect(following.drawn()).not.toContain('\u001B[31m')

  const watching = onScreen(['topic', 'list', '--watch', '50ms'], environment())
  await watching.shows('precious')
  watching.type(CTRL_C)
  expect(await watching.ended).toBe(130)
})

test.each([
  ['doctor', 'broker 1'],
  ['jobs --override log.dirs=DATA', 'STATE'],
])('%s --watch looks again', async (command, shown) => {
  const args = command.replace('DATA', cluster.broker.dataDirectory).split(' ')
  const watching = onScreen([...args, '--watch', '50ms'], environment())
  await eventually('a third look', () => watching.drawn().split(shown)[3])
  watching.type(CTRL_C)
  expect(await watching.ended).toBe(130)
})

test('whoever waits for records is told once, and Ctrl-C takes it away', async () => {
  await cli('topic create awaiting')
  for (const group of ['', ' --group awaiting']) {
    const waiting = onScreen([...'consume awaiting'.split(' '), ...group.split(' ').slice(1)], environment())
    await waiting.shows('waiting for records; Ctrl-C ends')
    await cli('produce awaiting', { input: 'here\n' })
    await waiting.shows('here')
    waiting.type(CTRL_C)
    expect(await waiting.ended).toBe(130)
    expect(waiting.drawn().split('waiting for records')).toHaveLength(2)
  }
  const silent = onScreen(['consume', 'awaiting', '--quiet', '-o', 'end'], environment())
  await pause(2500)
  silent.type(CTRL_C)
  expect(await silent.ended).toBe(130)
  expect(silent.drawn()).not.toContain('waiting')
})

test('Ctrl-C ends what is typed with the records that were produced', async () => {
  await cli('topic create typed')
  const typing = onScreen(['produce', 'typed'], environment())
  await typing.shows('type a record and Enter')
  typing.type('one\r')
  const produced = async () => ((await cli('consume typed --exit')).said === 'one\n' ? true : undefined)
  await eventually('the record is there', produced)
  typing.type(`half of another${CTRL_C}`)
  expect(await typing.ended).toBe(130)
  expect(typing.drawn()).toContain('produced 1 record to typed')
  expect((await cli('consume typed --exit')).said).toBe('one\n')
})

test('topic tail shows the last records, and those that come', async () => {
  await cli('topic create followed')
  await cli('produce followed', { input: 'first\nsecond\n' })
  const tail = onScreen(['topic', 'tail', 'followed', '-n', '1'], environment())
  await tail.shows('second')
  await cli('produce followed', { input: 'third\n' })
  await tail.shows('third')
  tail.type(CTRL_C)
  expect(await tail.ended).toBe(130)
  expect(tail.drawn()).not.toContain('first')
})

test('a filter draws how far it is while it finds nothing, and says at the end what it found', async () => {
  await cli('topic create sifted')
  await cli('produce sifted', { input: 'gold 1\n' })
  const sifting = onScreen(['topic', 'tail', 'sifted', '--contains', 'GOLD'], environment())
  await sifting.shows('gold 1')
  await eventually('progress', async () => {
    await cli('produce sifted', { input: 'sand\n' })
    return /\d+ records, \d+ records\/s, 1 matched/.test(sifting.drawn()) ? true : undefined
  })
  await cli('produce sifted', { input: 'gold 2\n' })
  await sifting.shows('gold 2')
  sifting.type(CTRL_C)
  expect(await sifting.ended).toBe(130)
  expect(sifting.drawn()).toMatch(/scanned \d+ records, 2 matched/)
  expect(sifting.drawn()).not.toContain('sand')
})

test('a scan of several partitions draws a bar for each, which data takes away', async () => {
  await cli('topic create spread -p 2')
  const scan = onScreen(['consume', 'spread', '-o', '0:1000', '--contains', 'gold'], environment())
  await eventually('bars', async () => {
    await cli('produce spread -p 0', { input: 'sand\n' })
    return /spread\/0 +\[=* *\] \d+%\s+spread\/1 +\[ *\] 0%/.test(scan.drawn()) ? true : undefined
  })
  await cli('produce spread -p 1', { input: 'gold\n' })
  await scan.shows('gold')
  scan.type(CTRL_C)
  expect(await scan.ended).toBe(130)
})

test('a member of a group commits what it showed while it waits for more', async () => {
  await cli('topic create awaited -p 1')
  await cli('produce awaited', { input: 'one\ntwo\nthree\n' })
  const member = onScreen(['consume', 'awaited', '--group', 'waiting'], environment())
  await member.shows('three')
  await eventually('a commit', async () => {
    const { said } = await cli('group describe waiting -o json')
    return /"committed": ?"?3\b/.test(said) ? true : undefined
  })
  member.type(CTRL_C)
  expect(await member.ended).toBe(130)
})

test('an analysis is a table in a terminal', async () => {
  await cli('produce precious', { input: 'one\ntwo\n' })
  const analysis = onScreen(['topic', 'analyze', 'precious'], environment())
  expect(await analysis.ended).toBe(0)
  expect(analysis.drawn()).toMatch(/records a second[\s\S]*PARTITION +RECORDS +BYTES/)
})

test('bench says how fast it was', async () => {
  const produced = await cli('bench produce quick -n 1000 -s 50 -o json')
  expect(produced, produced.complained).toMatchObject({ code: 0 })
  expect(JSON.parse(produced.said)).toMatchObject({ records: 1000, bytes: 50_000, p50Ms: expect.any(Number) as number })
  const consumed = await cli('bench consume quick -o json')
  expect(JSON.parse(consumed.said)).toMatchObject({ records: 1000, bytes: 50_000 })
})

test('doctor looks at the machine, the configuration and the cluster', async () => {
  const answer = await cli('doctor --override log.dirs=/tmp -o json')
  const findings = JSON.parse(answer.said) as { check: string; result: string; what: string; fix: string }[]
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['open files', 'runtime', 'engine', 'configuration', 'data in /tmp', 'broker 1']),
  )
  expect(findings.find(({ check }) => check === 'engine')?.what).toMatch(/^loads: [\d.]+, built \S+Z, .*\.node$/)
  expect(answer.code).toBe(findings.some(({ result }) => result === 'fail') ? 1 : 0)
  expect(findings.filter(({ result, fix }) => result !== 'ok' && fix === '')).toEqual([])
  const engine = findings.find(({ check }) => check === 'engine')?.what
  expect((await cli('doctor --override log.dirs=/tmp')).said).toContain(`ok    engine\n      ${engine}\n`)
  const wrong = await cli('doctor --override num.partitions=0 -o name')
  expect(wrong.code).toBe(1)
  expect(lines(wrong.said)).toContain('fail configuration')
})

test('whoever has read enough may go: a closed pipe is no failure', async () => {
  const script = 'set -o pipefail; "$0" "$1" config list -o json | head -c 1'
  const { stdout } = await run({ command: 'bash', args: ['-c', script, process.execPath, program], env: environment() })
  expect(stdout.toString()).toBe('[')
})

test('a shell completes commands, and names that the cluster has', async () => {
  const script = `
    millrace() { ${process.execPath} ${program} "$@"; }
    source <(millrace completion bash)
    completed() { COMP_LINE=$1; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _millrace; echo "\${COMPREPLY[@]}"; }
    completed 'millrace topic de' millrace topic de
    completed 'millrace topic describe pre' millrace topic describe pre
    there=$MILLRACE_BOOTSTRAP
    export MILLRACE_BOOTSTRAP=127.0.0.1:1
    completed 'millrace topic describe pre' millrace topic describe pre
    completed "millrace topic describe -b $there pre" millrace topic describe -b "\${there%:*}" : "\${there#*:}" pre
  `
  const { stdout } = await run({ command: 'bash', args: ['-c', script], env: environment() })
  expect(lines(stdout.toString())).toEqual(['delete describe', 'precious', 'precious'])
})
