import { expect, test } from 'vitest'
import { createProgram } from '../index.ts'
import { processTerminal } from '../terminal.ts'
import { candidates } from './candidates.ts'

const program = createProgram(processTerminal, () => undefined)
const complete = (line: string) =>
  candidates(program, line.split(' '), (kind) => Promise.resolve([`a-${kind}`, 'other']))

test.each([
  ['to', ['topic']],
  ['topic de', ['delete', 'describe']],
  ['topic describe a', ['a-topic']],
  ['topic describe x a', ['a-topic']],
  ['group describe ', ['a-group', 'other']],
  ['group reset readers --topic a', ['a-topic']],
  ['config describe a', ['a-resource']],
  ['config alter topic/x --set a', ['a-key']],
  ['topic list --profile a', ['a-profile']],
  ['topic list -o ', ['csv', 'json', 'name', 'ndjson', 'table', 'wide', 'yaml']],
  ['topic list --w', ['--watch']],
  ['completion f', ['fish']],
  ['topic create ', ['a-topic', 'other']],
  ['nothing here ', []],
])('%s', async (line, expected) => {
  expect(await complete(line)).toEqual(expected)
})
