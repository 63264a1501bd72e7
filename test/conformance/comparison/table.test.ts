// README shows the table of explained differences as it is. DIFFERENCES=write writes it anew.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generatedPart, markdownTable, writeGeneratedPart } from '../../harness/document.ts'
import { beyond, type Row } from './beyond.ts'
import { explained } from './explained.ts'

const ROWS_MAX = 25
const differences: readonly Row[] = [...explained, ...beyond]
const readme = join(import.meta.dirname, '..', 'README.md')
const headings = ['Request', 'Versions', 'When', 'Kafka', 'Millrace', 'Reason']

const table = (): string => {
  const rows = differences.map(({ api, versions, condition, kafka, millrace, reason }) => [
    api,
    versions,
    condition,
    kafka,
    millrace,
    reason,
  ])
  return markdownTable(headings, rows)
}

test('the table in README is that of explained.ts and beyond.ts', () => {
  if (process.env['DIFFERENCES'] === 'write') writeGeneratedPart(readme, 'differences', table())
  expect(generatedPart(readme, 'differences')).toBe(table())
})

test('few differences remain, and each says why', () => {
  expect(differences.length).toBeLessThanOrEqual(ROWS_MAX)
  expect(differences.filter(({ reason }) => reason === '')).toEqual([])
})
