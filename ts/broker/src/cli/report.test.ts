import { expect, test } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { report } from './report.ts'
import { processTerminal } from './terminal.ts'

const gone = { subject: 'b', result: new Failure('notFound', 'there is no b') }
const made = { subject: 'a', result: null }

const reported = (done: Parameters<typeof report>[1]) => {
  const complained: string[] = []
  const say = (text: string): void => void complained.push(text)
  const terminal = { ...processTerminal, complain: say, note: say }
  return { code: report(terminal, done, ({ subject }) => `deleted ${subject}`), complained }
}

test('where some of several failed each of them is listed, and the exit code says so', () => {
  expect(reported([made, gone])).toEqual({
    code: exitCodes.partial.code,
    complained: ['deleted a', 'error: there is no b'],
  })
  expect(reported([made, made]).code).toBe(exitCodes.ok.code)
  expect(reported([gone, gone]).code).toBe(exitCodes.notFound.code)
  expect(() => reported([gone])).toThrow('there is no b')
})
