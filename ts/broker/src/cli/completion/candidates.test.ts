import { expect, test } from 'vitest'
import { createProgram } from '../index.ts'
import { processTerminal } from '../terminal.ts'
import { candidates, type Given } from './candidates.ts'

const program = createProgram(processTerminal, () => undefined)
const complete = (line: string) =>
  candidates(program, line.split(' '), (kind) => Promise.resolve([`a-${kind}`, 'other']))

test.each([
  ['topic describe --profile live o', { profile: 'live' }],
  ['topic describe --profile=live -b 127.0.0.1:1 o', { profile: 'live', bootstrap: '127.0.0.1:1' }],
  ['group describe --watch o', {}],
])('names are those of the cluster of %s', async (line, expected) => {
  const asked: Given[] = []
  await candidates(program, line.split(' '), (_, given) => {
    asked.push(given)
    return Promise.resolve([])
  })
  expect(asked).toEqual([expected])
})

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
  ['consume orders --va', ['--value-as']],
  ['consume orders --where size>1 --value-as ', ['auto', 'hex', 'integer', 'json', 'messagepack', 'text']],
  ['consume orders --key-as=hex --match x a', ['a-topic']],
  ['completion f', ['fish']],
  ['completion p', ['pwsh']],
  ['topic create ', ['a-topic', 'other']],
  ['canary ', ['run', 'show']],
  ['canary run a', ['a-topic']],
  ['bench e2e a', ['a-topic']],
  ['nothing here ', []],
])('%s', async (line, expected) => {
  expect(await complete(line)).toEqual(expected)
})
