import { expect, onTestFinished, test, vi } from 'vitest'
import { processTerminal } from './terminal.ts'

/** A person in front of both, with a screen of ten columns and four rows; what comes to it. */
const screen = () => {
  const [out, err] = [process.stdout, process.stderr]
  const before = [out.isTTY, err.isTTY] as const
  const { columns, rows } = err
  let shown = ''
  const write = (text: string | Uint8Array): boolean => {
    shown += String(text)
    return true
  }
  const spies = [vi.spyOn(out, 'write').mockImplementation(write), vi.spyOn(err, 'write').mockImplementation(write)]
  onTestFinished(() => {
    processTerminal.draw([])
    for (const spy of spies) spy.mockRestore()
    ;[out.isTTY, err.isTTY] = before
    Object.assign(err, { columns, rows })
  })
  ;[out.isTTY, err.isTTY] = [true, true]
  Object.assign(err, { columns: 10, rows: 4 })
  const since = (): string => {
    const now = shown
    shown = ''
    return now
  }
  return { since }
}

test('nothing is drawn over a line of data that has begun', async () => {
  const { since } = screen()
  await processTerminal.write('[\n  {}')
  since()
  processTerminal.draw(['over it'])
  expect(since()).toBe('')
  await processTerminal.write('\n]\n')
  since()
  processTerminal.draw(['below it'])
  expect(since()).toBe('below it')
})

test('progress is drawn where a person looks, and nowhere else', () => {
  const { since } = screen()
  process.stderr.isTTY = false
  processTerminal.draw(['[==  ]'])
  expect(since()).toBe('')
  process.stderr.isTTY = true
  processTerminal.draw(['[=== ]'])
  expect(since()).toBe('[=== ]')
})

test('what is drawn takes the place of what was, however many lines either has, and is cut to the screen', () => {
  const { since } = screen()
  processTerminal.draw(['one', 'two', 'three'])
  expect(since()).toBe('one\ntwo\nthree')
  processTerminal.draw(['four'])
  expect(since()).toBe('\u001B[2A\r\u001B[Jfour')
  processTerminal.draw(['of ten and more', 'two', 'three', 'four'])
  expect(since()).toBe('\r\u001B[Kof ten an\ntwo\nthree')
  processTerminal.draw([])
  expect(since()).toBe('\u001B[2A\r\u001B[J')
  processTerminal.draw([])
  expect(since()).toBe('')
})

test('what is said and data on the screen take the place of what is drawn, data that goes elsewhere does not', async () => {
  const { since } = screen()
  processTerminal.draw(['[=== ]'])
  processTerminal.complain('warning')
  expect(since()).toBe('[=== ]\r\u001B[Kwarning\n')
  processTerminal.draw(['[=== ]'])
  processTerminal.print('data')
  expect(since()).toBe('[=== ]\r\u001B[Kdata\n')
  processTerminal.draw(['[=== ]'])
  await processTerminal.write('data\n')
  expect(since()).toBe('[=== ]\r\u001B[Kdata\n')
  process.stdout.isTTY = false
  processTerminal.draw(['[=== ]'])
  processTerminal.print('data')
  expect(since()).toBe('[=== ]data\n')
})

test('a terminal that tells no size has none', () => {
  screen()
  const { columns } = process.stdout
  onTestFinished(() => void Object.assign(process.stdout, { columns }))
  Object.assign(process.stdout, { columns: 0 })
  expect(processTerminal.columns()).toBeNull()
  Object.assign(process.stdout, { columns: 80 })
  expect(processTerminal.columns()).toBe(80)
})
