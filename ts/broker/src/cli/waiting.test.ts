import { expect, onTestFinished, test, vi } from 'vitest'
import { processTerminal } from './terminal.ts'
import { waitingOf } from './waiting.ts'

test('what is waited for is drawn after a second, goes away, and is told with -v', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let drawn: readonly string[] = []
  const told: string[] = []
  const terminal = {
    ...processTerminal,
    draw: (lines: readonly string[]): void => void (drawn = lines),
    detail: (text: string): void => void told.push(text),
  }
  const over = waitingOf(terminal, () => Date.now())('Metadata of broker:9092')
  vi.advanceTimersByTime(900)
  expect(drawn).toEqual([])
  vi.advanceTimersByTime(1300)
  expect(drawn).toEqual(['Metadata of broker:9092: 2 s'])
  over()
  expect(drawn).toEqual([])
  vi.advanceTimersByTime(5000)
  expect(drawn).toEqual([])
  expect(told).toEqual(['Metadata of broker:9092: 2200.0 ms'])
})
