// The table in README.md, between two marks: written from the newest committed result of the suite.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '@millrace/test/harness/paths.js'
import { allCases } from './cases/all.ts'
import { unplayed } from './continue.ts'
import { readResult, type Result } from './result.ts'
import { markdown } from './table.ts'

const BEGIN = '<!-- begin: npm run bench -- readme -->'
const END = '<!-- end -->'
const README = join(repository, 'README.md')

/** Other programs leave other files there. */
const isResult = (path: string): boolean =>
  (JSON.parse(readFileSync(path, 'utf8')) as { readonly format?: unknown }).format === 1

/** The newest full run among the results that are committed; one of which cases are missing is none. */
const newestCommitted = (): Result | undefined =>
  execFileSync('git', ['ls-files', 'bench/results/*.json'], { cwd: repository, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => join(repository, path))
    .filter(isResult)
    .map(readResult)
    .filter((result) => result.mode === 'full' && unplayed(allCases, result).length === 0)
    .toSorted((a, b) => a.date.localeCompare(b.date))
    .at(-1)

/** The text with what stands between the marks replaced; without a result nothing stands there, and the marks may be missing. */
export const withTable = (readme: string, result: Result | undefined): string => {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (from < 0 || to < from) {
    if (result === undefined) return readme
    throw new Error(`README.md has no place for the table: ${BEGIN} ... ${END}`)
  }
  const content = result === undefined ? '' : `\n${markdown(result)}\n`
  return `${readme.slice(0, from + BEGIN.length)}\n${content}\n${readme.slice(to)}`
}

/** README.md as it is, and as it should be. */
export const readmeTable = (): { readonly is: string; readonly shouldBe: string } => {
  const is = readFileSync(README, 'utf8')
  return { is, shouldBe: withTable(is, newestCommitted()) }
}

export const writeReadme = (): void => writeFileSync(README, readmeTable().shouldBe)
