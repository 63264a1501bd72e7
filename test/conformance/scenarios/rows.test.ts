// Every row has a scenario, every recording belongs to one, and README says which. ROWS=write writes its list anew.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPart, writeGeneratedPart } from '../../harness/document.ts'
import { rows, unbuilt } from './rows.ts'
import { recordingOf } from './scenario.ts'

interface Played {
  readonly area: string
  readonly name: string
  readonly proves: readonly number[]
}

const folder = import.meta.dirname
const readme = join(folder, '..', 'README.md')

const AREA = /= scenarios\(\s*'([^']+)'/
const SCENARIO = /^scenario\(\s*'([^']+)',\s*\{ rows: \[([\d, ]*)\] \}/gm
const ANY_SCENARIO = /^scenario\(/gm

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts')
  .toSorted()

const played: readonly Played[] = files.flatMap((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  const found = [...text.matchAll(SCENARIO)]
  // What this cannot read would be missing in silence.
  if (found.length < [...text.matchAll(ANY_SCENARIO)].length) throw new Error(`${file}: a scenario without its rows`)
  const area = AREA.exec(text)?.[1] ?? ''
  return found.map(([, name = '', numbers = '']) => ({ area, name, proves: (numbers.match(/\d+/g) ?? []).map(Number) }))
})

test('every row has a scenario, and every scenario names rows that exist', () => {
  const proved = new Set(played.flatMap(({ proves }) => proves))
  const listed = Object.keys(rows).map(Number)
  expect(listed.filter((row) => !proved.has(row))).toEqual([])
  expect([...proved].filter((row) => !listed.includes(row))).toEqual([])
  expect(Object.keys(unbuilt).filter((row) => row in rows)).toEqual([])
})

test('every recording is one of a scenario', () => {
  const recorded = readdirSync(join(folder, 'recorded'), { recursive: true, encoding: 'utf8' })
  const wanted = played.map(({ area, name }) => recordingOf(area, name))
  expect(
    recorded
      .map((path) => join(folder, 'recorded', path))
      .filter((path) => path.endsWith('.txt'))
      .toSorted(),
  ).toEqual(wanted.toSorted())
})

test('the list in README says which scenarios prove which row', () => {
  const lines = Object.entries(rows).map(([row, about]) => {
    const names = played
      .filter(({ proves }) => proves.includes(Number(row)))
      .map(({ area, name }) => `\`${area}\` ${name}`)
    return `- ${row}, ${about}: ${names.join('; ')}`
  })
  const written = lines.join('\n')
  if (process.env['ROWS'] === 'write') writeGeneratedPart(readme, 'rows', written)
  expect(generatedPart(readme, 'rows')).toBe(written)
})
