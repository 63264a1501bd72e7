import { expect, onTestFinished, test, vi } from 'vitest'
import { processTerminal } from './terminal.ts'

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
