// `npm run bench -- COMMAND`: makes results, and what is done with them.
import { compare } from './compare.ts'
import { OPTIONS, runOptions } from './options.ts'
import { writeReadme } from './readme.ts'
import { writeReport } from './report.ts'
import { readResult } from './result.ts'
import { run } from './run.ts'
import { table } from './table.ts'

const USAGE = `usage: npm run bench -- COMMAND
${OPTIONS}
  table FILE    the figures of a result
  report FILE   the same as one HTML page with plots, beside the file
  compare A B   what differs in B by more than chance; each a result or a directory of them; 1 when something is worse
  readme        writes README.md's table from the newest committed result of the whole suite`

const commands: Readonly<Record<string, (...files: readonly string[]) => number | Promise<number>>> = {
  run: async (...args) => {
    let options
    try {
      options = runOptions(args)
    } catch (error) {
      return refuse(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    }
    const { path, result } = await run(options)
    const page = path.replace(/(\.json)?$/, '.html')
    writeReport(path, page)
    process.stdout.write(`${table(result)}\n${path}\n${page}\n`)
    return 0
  },
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
  compare: (before, after) => {
    if (before === undefined || after === undefined) return refuse(USAGE)
    return compare(before, after, (text) => process.stdout.write(`${text}\n`))
  },
  help: () => {
    process.stdout.write(`${USAGE}\n`)
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

const args = process.argv.slice(2)
const isNamed = args[0] !== undefined && !args[0].startsWith('-')
const [name = '', ...rest] = args[0] === '--help' ? ['help'] : isNamed ? args : ['run', ...args]
process.exitCode = (await commands[name]?.(...rest)) ?? refuse(USAGE)
