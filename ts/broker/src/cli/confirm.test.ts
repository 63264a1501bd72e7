import { expect, test } from 'vitest'
import { confirm } from './confirm.ts'
import { processTerminal, type Reply } from './terminal.ts'

const settings = { bootstrap: [], timeoutMs: 1, output: 'table', utc: true, production: true } as const

/** What is asked of somebody who answers so. */
const asked = async (answer: string, names: readonly string[], environment: Record<string, string> = {}) => {
  let question = ''
  const ask = (text: string): Promise<Reply> => {
    question = text
    return Promise.resolve({ text: answer })
  }
  await confirm({ ...processTerminal, ask, environment }, {}, settings, 'this deletes records', names)
  return question
}

test('a cluster of production is named in red, and without colour where none is wanted', async () => {
  expect(await asked('orders', ['orders'])).toContain('\u001B[31mPRODUCTION\u001B[39m this deletes records')
  expect(await asked('orders', ['orders'], { NO_COLOR: '1' })).toMatch(/^PRODUCTION this deletes records/)
})

test('of several things their number is asked for', async () => {
  expect(await asked('2', ['orders', 'bills'])).toContain('type how many that are (orders, bills)')
  await expect(asked('orders', ['orders', 'bills'])).rejects.toThrow('nothing was changed')
})
