import { expect, onTestFinished, test, vi } from 'vitest'
import { processTerminal } from './terminal.ts'

test('nothing is drawn over a line of data that has begun', async () => {
  const [{ isTTY: out }, { isTTY: err }] = [process.stdout, process.stderr]
  const data = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const drawn = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => {
    data.mockRestore()
    drawn.mockRestore()
    process.stdout.isTTY = out
    process.stderr.isTTY = err
  })
  process.stdout.isTTY = true
  process.stderr.isTTY = true
  await processTerminal.write('[\n  {}')
  processTerminal.draw('over it')
  expect(drawn).not.toHaveBeenCalled()
  await processTerminal.write(Buffer.from('\n]\n'))
  processTerminal.draw('below it')
  expect(drawn).toHaveBeenCalledExactlyOnceWith('below it')
})

test('progress is drawn where a person looks, and nowhere else', () => {
  const { isTTY } = process.stderr
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => {
    written.mockRestore()
    process.stderr.isTTY = isTTY
  })
  process.stderr.isTTY = false
  processTerminal.draw('[==  ]')
  expect(written).not.toHaveBeenCalled()
  process.stderr.isTTY = true
  processTerminal.draw('[=== ]')
  expect(written).toHaveBeenCalledExactlyOnceWith('[=== ]')
})
