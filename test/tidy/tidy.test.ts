// The house rules, with the codebase as the subject.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
const sources = tracked.filter((path) => /\.(rs|tsx?|mjs|css)$/.test(path) && !path.startsWith('ts/broker/native/'))
const rust = sources.filter((path) => path.startsWith('crates/logstore/src/'))
const broker = sources.filter((path) => path.startsWith('ts/broker/src/'))

/** Files for which `bad` holds, so that a failing assertion names them. */
const offenders = (paths: readonly string[], bad: (text: string, path: string) => boolean): string[] =>
  paths.filter((path) => bad(read(path), path))

describe('layers', () => {
  test('a Rust module imports only modules that lib.rs lists above it', () => {
    const order = [...read('crates/logstore/src/lib.rs').matchAll(/^\/\/! \| \[?`(\w+)`/gm)].map(
      (match) => match[1] ?? '',
    )
    expect(order.length).toBeGreaterThan(8)
    const upward = rust.flatMap((path) => {
      const layer = path.split('/')[3] ?? ''
      const rank = order.indexOf(layer)
      if (rank < 0) return []
      const imported = [...read(path).matchAll(/\bcrate::(\w+)/g)].map((match) => match[1] ?? '')
      return imported.filter((other) => order.indexOf(other) > rank).map((other) => `${path} imports ${other}`)
    })
    expect(upward).toEqual([])
  })

  test('a TypeScript folder imports only folders that ts/broker/DESIGN.md lists above it', () => {
    const order = [...read('ts/broker/DESIGN.md').matchAll(/^\|\s*\d+\s*\|\s*`(\w+)\/`/gm)].map(
      (match) => match[1] ?? '',
    )
    expect(order.length).toBeGreaterThan(10)
    const upward = broker
      .filter((path) => !path.endsWith('.test.ts'))
      .flatMap((path) => {
        const folder = path.split('/')[3] ?? ''
        const rank = order.indexOf(folder)
        if (rank < 0) return []
        const imported = [...read(path).matchAll(/from '(\.[^']+)'/g)].map((match) =>
          normalize(join(dirname(path), match[1] ?? '')),
        )
        return imported
          .filter((target) => order.indexOf(target.split('/')[3] ?? '') > rank)
          .map((target) => `${path} imports ${target}`)
      })
    expect(upward).toEqual([])
  })

  test('every folder of the control plane stands in ts/broker/DESIGN.md', () => {
    const design = read('ts/broker/DESIGN.md')
    const folders = readdirSync(join(root, 'ts/broker/src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(folders.map((entry) => entry.name).filter((name) => !design.includes(`\`${name}/\``))).toEqual([])
  })
})

describe('doors', () => {
  test('only io/ and bridge/ hold unsafe code', () => {
    const elsewhere = rust.filter((path) => !/src\/(io|bridge)\//.test(path))
    expect(offenders(elsewhere, (text) => /\bunsafe\s*(\{|fn|impl)|allow\(unsafe_code/.test(text))).toEqual([])
  })

  test('only bridge/ names napi, lib.rs aside', () => {
    const elsewhere = rust.filter((path) => !path.includes('/bridge/') && !path.endsWith('src/lib.rs'))
    expect(offenders(elsewhere, (text) => /\bnapi(_derive)?::/.test(text))).toEqual([])
  })

  test('only engine/native.ts loads the addon', () => {
    const elsewhere = broker.filter((path) => !path.endsWith('engine/native.ts'))
    expect(offenders(elsewhere, (text) => /require\(.*native|native\/index\.cjs'\)/.test(text))).toEqual([])
  })

  test('only admin/uws.ts imports uWebSockets.js', () => {
    const elsewhere = broker.filter((path) => !path.endsWith('admin/uws.ts'))
    expect(offenders(elsewhere, (text) => /'uWebSockets\.js'/.test(text))).toEqual([])
  })

  test('the contract of the admin API runs in a browser: nothing of Node, nothing of the broker', () => {
    const contract = broker.filter((path) => /admin\/(contract|contract\/.*|client)\.ts$/.test(path))
    expect(contract.length).toBeGreaterThan(5)
    const foreign = contract.flatMap((path) =>
      [...read(path).matchAll(/(?:from|import) ?\(?'([^']+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((from) => from !== 'zod' && !contract.includes(normalize(join(dirname(path), from))))
        .map((from) => `${path} imports ${from}`),
    )
    expect(foreign).toEqual([])
  })
})

describe('tables', () => {
  test('every handler answers a message and says what its versions changed', () => {
    const names = (folder: string): string[] =>
      readdirSync(join(root, 'ts/broker/src', folder)).filter((name) => /^\d\d-.*(?<!\.test)\.ts$/.test(name))
    const messages = new Set(names('messages'))
    const handlers = names('handlers')
    expect(handlers.filter((name) => !messages.has(name))).toEqual([])
    // Answered by the engine alone.
    const native = new Set(['00-produce.ts', '01-fetch.ts', '18-api-versions.ts'])
    expect([...messages].filter((name) => !native.has(name) && !handlers.includes(name))).toEqual([])
    expect(handlers.filter((name) => !/^(\/\/|\/\*\*)/.test(read(`ts/broker/src/handlers/${name}`)))).toEqual([])
  })
})

describe('tests that documents name', () => {
  const engine = 'crates/logstore'
  const tests = tracked.filter((path) => path.startsWith(`${engine}/tests/`) && path.endsWith('.rs'))
  const design = read(`${engine}/DESIGN.md`)
  const [, recovery = ''] = /^## Recovery$([\s\S]*?)^## /m.exec(design) ?? []

  test('every one exists', () => {
    const named = [...design.matchAll(/`([a-z_]+)::([a-z_0-9]+)`/g)]
    expect(named.length).toBeGreaterThan(50)
    const missing = named.filter(([, binary = '', name = '']) => {
      const files = tests.filter((path) => path.split('/')[3]?.replace('.rs', '') === binary)
      return !files.some((path) => read(path).includes(`fn ${name}(`))
    })
    expect(missing.map(([text]) => text)).toEqual([])
  })

  test('every case of recovery is played by one', () => {
    const rows = recovery.split('\n').filter((line) => /^\| (?!---|what is found)/.test(line))
    expect(rows.length).toBeGreaterThan(30)
    expect(rows.filter((row) => !/`[a-z_]+::[a-z_0-9]+`[^|]*\|$/.test(row))).toEqual([])
  })
})

describe('text', () => {
  test('no left-over markers', () => {
    const others = sources.filter((path) => path !== 'test/tidy/tidy.test.ts')
    expect(offenders(others, (text) => /\b(FIXME|TODO|XXX)\b/.test(text))).toEqual([])
    expect(offenders(others, (text) => /\b(test|it|describe)\.(only|skip)\(/.test(text))).toEqual([])
  })

  test('sources are ASCII without tabs', () => {
    expect(offenders(sources, (text) => /[^\n\r\x20-\x7e]/.test(text))).toEqual([])
  })

  test('a Markdown file has one title', () => {
    const titles = (path: string): number =>
      (
        read(path)
          .replaceAll(/^```[\s\S]*?^```/gm, '')
          .match(/^# /gm) ?? []
      ).length
    const documents = tracked.filter((path) => path.endsWith('.md'))
    expect(documents.filter((path) => titles(path) !== 1)).toEqual([])
  })

  test('every folder the README names exists, and every top-level folder is named', () => {
    const named = [...read('README.md').matchAll(/^\| `([\w/-]+)`\s*\|/gm)].map((match) => match[1] ?? '')
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const top = new Set(
      tracked.filter((path) => path.includes('/') && !path.startsWith('.')).map((path) => path.split('/')[0] ?? ''),
    )
    expect([...top].filter((folder) => !named.some((path) => path.split('/')[0] === folder))).toEqual([])
  })
})
