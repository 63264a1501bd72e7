// README shows the table of explained differences as it is. DIFFERENCES=write writes it anew.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPart, writeGeneratedPart } from '../../harness/document.ts'
import { explained } from './explained.ts'

const ROWS_MAX = 25
const readme = join(import.meta.dirname, '..', 'README.md')
const headings = ['Request', 'Versions', 'When', 'Kafka', 'Millrace', 'Reason']

const table = (): string => {
  const rows = explained.map(({ api, versions, condition, kafka, millrace, reason }) => [
    api,
    versions,
    condition,
    kafka,
    millrace,
    reason,
  ])
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

test('the table in README is that of explained.ts', () => {
  if (process.env['DIFFERENCES'] === 'write') writeGeneratedPart(readme, 'differences', table())
  expect(generatedPart(readme, 'differences')).toBe(table())
})

test('few differences remain, and each says why', () => {
  expect(explained.length).toBeLessThanOrEqual(ROWS_MAX)
  expect(explained.filter(({ reason }) => reason === '')).toEqual([])
})
