// `npm run bench -- COMMAND`: what is done with results.
import { writeReadme } from './readme.ts'
import { writeReport } from './report.ts'
import { readResult } from './result.ts'
import { table } from './table.ts'

const USAGE = `usage: npm run bench -- COMMAND
  table FILE    the figures of a result
  report FILE   the same as one HTML page with plots, beside the file
  readme        writes README.md's table from the newest committed result of the whole suite`

const commands: Readonly<Record<string, (...files: readonly string[]) => number | Promise<number>>> = {
  table: (file) => {
    if (file === undefined) return refuse(USAGE)
    process.stdout.write(`${table(readResult(file))}\n`)
    return 0
  },
  report: (file) => {
    if (file === undefined) return refuse(USAGE)
    const page = file.replace(/(\.json)?$/, '.html')
    writeReport(file, page)
    process.stdout.write(`${page}\n`)
    return 0
  },
  readme: () => {
    writeReadme()
    return 0
  },
}

const refuse = (message: string): number => {
  process.stderr.write(`${message}\n`)
  return 2
}

const [name = '', ...files] = process.argv.slice(2)
process.exitCode = (await commands[name]?.(...files)) ?? refuse(USAGE)
