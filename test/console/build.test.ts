// What the build of the console promises: a small first screen, and two languages that say the same.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { repository } from '../harness/paths.ts'
import { expect, test } from 'vitest'

const console = join(repository, 'ts', 'admin-ui')

/** Everything that the first screen loads: all screens, both languages and its charts. */
const FIRST_SCREEN_BYTES_MAX = 250_000
const FIRST = /^(index\.html|src\/parts\/chart-plot\.ts)$/

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

test('the first screen is small: gzipped, with charts and both languages', () => {
  const dist = join(repository, 'ts', 'broker', 'dist', 'console')
  const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>
  const first = Object.keys(manifest).filter((name) => FIRST.test(name))
  expect(first).toHaveLength(2)
  const [seen, files] = [new Set<string>(), new Set<string>()]
  const visit = (name: string): void => {
    const chunk = manifest[name]
    if (seen.has(name) || chunk === undefined) return
    seen.add(name)
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
    for (const imported of chunk.imports ?? []) visit(imported)
  }
  for (const name of first) visit(name)
  const size = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0)
  expect(size).toBeGreaterThan(100_000)
  expect(size).toBeLessThan(FIRST_SCREEN_BYTES_MAX)
})

type Words = { readonly [key: string]: string | Words }

const flat = (words: Words, before = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${before}${key}`, value]] : flat(value, `${before}${key}.`),
  )

const language = (name: string): ReadonlyMap<string, string> =>
  new Map(flat(JSON.parse(readFileSync(join(console, 'src', 'locales', `${name}.json`), 'utf8')) as Words))

const [english, chinese] = [language('en'), language('zh-CN')]
/** Chinese has one form for every count. */
const withoutCount = (keys: Iterable<string>): string[] =>
  [...new Set([...keys].map((key) => key.replace(/_(one|other)$/, '')))].toSorted()
const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted()

test('both languages have the same keys, and each counts as its grammar does', () => {
  expect(withoutCount(chinese.keys())).toEqual(withoutCount(english.keys()))
  expect([...chinese.keys()].filter((key) => key.endsWith('_one'))).toEqual([])
  const counted = [...english.keys()].filter((key) => key.endsWith('_one'))
  expect(counted.length).toBeGreaterThan(3)
  expect(counted.filter((key) => !english.has(key.replace(/_one$/, '_other')))).toEqual([])
})

test('no text is empty, and both languages fill in the same values', () => {
  for (const [key, text] of english) {
    const other = chinese.get(key.replace(/_one$/, '_other')) ?? ''
    expect(text.trim(), key).not.toBe('')
    expect(other.trim(), key).not.toBe('')
    expect(placeholders(other), key).toEqual(placeholders(text))
  }
})

test('every text is used, and every one that is used is there', () => {
  const sources = readdirSync(join(console, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(join(console, 'src', path), 'utf8'))
    .join('\n')
  const called = [...sources.matchAll(/\bt\(\s*(['`])([^'`]+)\1/g)].map(([, , key = '']) => key)
  expect(called.length).toBeGreaterThan(100)
  // A part of a key that is chosen while running: `groupState.${state}`.
  const patterns = called.map(
    (key) => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll(/\$\{[^}]+\}/g, '\\w[\\w-]*')}$`),
  )
  const keys = withoutCount(english.keys())
  expect(called.filter((_, at) => !keys.some((key) => patterns[at]?.test(key)))).toEqual([])
  expect(keys.filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([])
})
