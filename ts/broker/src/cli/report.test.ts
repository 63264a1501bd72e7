import { expect, test } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { Failure } from './failure.ts'
import type { OutputFormat } from './output/view.ts'
import { report } from './report.ts'
import { processTerminal } from './terminal.ts'

const gone = { subject: 'b', result: new Failure('notFound', 'there is no b') }
const made = { subject: 'a', result: null }

const reported = async (
  done: readonly (typeof made | typeof gone)[],
  output: OutputFormat = 'table',
  dryRun = false,
) => {
  const complained: string[] = []
  let said = ''
  const say = (text: string): void => void complained.push(text)
  const write = (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += bytes.toString()))
  const terminal = { ...processTerminal, complain: say, note: say, write }
  const code = await report(terminal, { output, utc: true }, done, {
    kind: 'topic',
    word: () => 'deleted',
    note: ({ subject }) => `deleted ${subject}`,
    dryRun,
  })
  return { code, complained, said }
}

test('where some of several failed each of them is listed, and the exit code says so', async () => {
  expect(await reported([made, gone])).toEqual({
    code: exitCodes.partial.code,
    complained: ['deleted a', 'error: there is no b'],
    said: '',
  })
  expect((await reported([made, made])).code).toBe(exitCodes.ok.code)
  expect((await reported([gone, gone])).code).toBe(exitCodes.notFound.code)
  await expect(reported([gone])).rejects.toThrow('there is no b')
})

test('what would become of each is the answer where nothing is done', async () => {
  expect(await reported([made, gone], 'table', true)).toMatchObject({
    complained: ['error: there is no b'],
    said: 'deleted a\n',
  })
  expect((await reported([made], 'json', true)).complained).toEqual([])
})

test('what became of each is data where that is asked for', async () => {
  const { said } = await reported([made, gone], 'csv')
  expect(said).toBe('topic,result,error\na,deleted,\nb,failed,there is no b\n')
})
