import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from './index.ts'
import { markOf, readMark, removeMark, writeMark } from './process-mark.ts'
import { processTerminal } from './terminal.ts'

const dataDirectory = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-stop-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A process that does this at SIGTERM, and says so when it is ready. */
const standIn = async (folder: string, atStop: string): Promise<ChildProcess> => {
  const program = `process.on('SIGTERM', () => { ${atStop} }); setInterval(() => {}, 1000); console.log('ready')`
  const child = spawn(process.execPath, ['-e', program], { cwd: folder })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout ?? child, 'data')
  return child
}

const stopped = async (folder: string, more: readonly string[] = []) => {
  let complained = ''
  const complain = (text: string): void => void (complained += `${text}\n`)
  const terminal = { ...processTerminal, complain, environment: {} }
  return { code: await run(terminal, ['stop', '--override', `log.dirs=${folder}`, ...more]), complained }
}

const WRITES_MARK = `require('node:fs').writeFileSync('.kafka_cleanshutdown', ''); process.exit(0)`

test('a broker is told to stop, and waited for until it has', async () => {
  const folder = dataDirectory()
  const child = await standIn(folder, `setTimeout(() => { ${WRITES_MARK} }, 200)`)
  writeMark(folder, markOf(child.pid ?? 0))
  expect(await stopped(folder)).toEqual({ code: 0, complained: 'the broker stopped\n' })
  expect(await stopped(folder)).toMatchObject({ code: 6 })
})

test('one that did not stop in order, or not in time, is told of', async () => {
  const folder = dataDirectory()
  const hasty = await standIn(folder, 'process.exit(1)')
  writeMark(folder, markOf(hasty.pid ?? 0))
  const recovered = await stopped(folder)
  expect(recovered.code).toBe(1)
  expect(recovered.complained).toContain('not in order')
  const slow = await standIn(folder, '')
  writeMark(folder, markOf(slow.pid ?? 0))
  const late = await stopped(folder, ['--timeout', '200ms'])
  expect(late.code).toBe(6)
  expect(late.complained).toContain(`has not ended within 200ms`)
})

test('a mark is taken away by the process it is of', () => {
  const folder = dataDirectory()
  const [own, other] = [markOf(process.pid), markOf(process.ppid)]
  writeMark(folder, other)
  removeMark(folder, own)
  expect(readMark([folder])).toEqual(other)
  writeMark(folder, own)
  removeMark(folder, own)
  expect(readMark([folder])).toBeNull()
})

test('who has the data open and is no broker that serves is named, and left alone', async () => {
  const folder = dataDirectory()
  const file = openSync(join(folder, '.lock'), 'w')
  const refused = await stopped(folder)
  closeSync(file)
  expect(refused.code).toBe(6)
  expect(refused.complained).toContain(`process ${process.pid} has ${folder} open, and is no broker that serves`)
})

test('a process that only has the number of a broker is left alone', async () => {
  const folder = dataDirectory()
  const stranger = await standIn(folder, 'process.exit(0)')
  writeMark(folder, { pid: stranger.pid ?? 0, startedAt: '1' })
  expect((await stopped(folder)).complained).toContain('it was killed, or is elsewhere')
  expect(stranger.exitCode).toBeNull()
  expect((await stopped(dataDirectory())).complained).toContain('no broker runs on')
})
