// What the console and the command line are to do: each demand has a test by its name, or stands among the open ones in the README.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commandLinePromises } from './promises/command-line.ts'
import { consolePromises } from './promises/console.ts'
import type { Promised } from './promises/promise.ts'
import { hasTest } from './promises/titles.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const parts = [
  ['the console', consolePromises],
  ['the command line', commandLinePromises],
] as const
const promises: readonly Promised[] = [...consolePromises, ...commandLinePromises]
const named = promises.flatMap((promised) => ('tests' in promised ? promised.tests : []))
const sources = new Map(
  [...new Set(named.map(([file]) => file))].map((file) => [file, readFileSync(join(root, file), 'utf8')]),
)

test('every test that is named exists', () => {
  expect(named.filter(([file, title]) => !hasTest(sources.get(file) ?? '', title))).toEqual([])
})

test('a promise has tests, or a reason', () => {
  const proof = (promised: Promised): readonly unknown[] | string =>
    'tests' in promised ? promised.tests : 'absent' in promised ? promised.absent : promised.untested
  expect(promises.filter((promised) => proof(promised).length === 0)).toEqual([])
})

test('no promise is made twice', () => {
  const phrases = promises.map(({ what }) => what.toLowerCase())
  expect(phrases.filter((phrase, at) => phrase === '' || phrases.indexOf(phrase) !== at)).toEqual([])
})

test('the README lists what is open', () => {
  const readme = readFileSync(join(root, 'test', 'README.md'), 'utf8')
  const [, section = ''] = /^## What is open$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme) ?? []
  const found = section.split('\n').filter((line) => /^(### |- )/.test(line))
  const open = parts.flatMap(([name, of]) => [
    `### Not there, of ${name}`,
    ...of.flatMap((promised) => ('absent' in promised ? [`- **${promised.what}**: ${promised.absent}`] : [])),
    `### There without a test, of ${name}`,
    ...of.flatMap((promised) => ('untested' in promised ? [`- **${promised.what}**: ${promised.untested}`] : [])),
  ])
  expect(found).toEqual(open)
})

test.each([
  ["test('a plain one', async () => {", 'a plain one', true],
  ["test('a plain one', async () => {", 'a plain', false],
  ["// as 'a plain one', which is no test", 'a plain one', false],
  ["test.skipIf(none)('not always', () => {", 'not always', true],
  ["const ours = test.skipIf(none)\nours('under another name', () => {", 'under another name', true],
  ["test.each([\n  ['one', 1],\n])('row %s with %s', () => {", 'row one with 1', true],
  ["test.each([\n  ['one', 1],\n])('row %s with %s', () => {", 'row two with 1', false],
  ["test.each([\n  ['one'],\n] as const)('row %s', () => {", 'row one', true],
  ['test(`in ${language}`, () => {', 'in ${language}', true],
])('in %j is a test %j: %s', (source, title, expected) => {
  expect(hasTest(source, title)).toBe(expected)
})
