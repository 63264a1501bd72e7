// Parts of a Markdown file that a test writes: what stands between `<!-- name -->` and `<!-- /name -->` is generated.
import { readFileSync, writeFileSync } from 'node:fs'

export const generatedPart = (file: string, name: string): string => {
  const { text, from, to } = find(file, name)
  return text.slice(from, to).trim()
}

export const writeGeneratedPart = (file: string, name: string, part: string): void => {
  const { text, from, to } = find(file, name)
  writeFileSync(file, `${text.slice(0, from)}\n\n${part}\n\n${text.slice(to)}`)
}

const find = (file: string, name: string): { text: string; from: number; to: number } => {
  const text = readFileSync(file, 'utf8')
  const open = `<!-- ${name} -->`
  const from = text.indexOf(open) + open.length
  const to = text.indexOf(`<!-- /${name} -->`)
  if (from < open.length || to < from) throw new Error(`${file} has no part ${open}`)
  return { text, from, to }
}

/** A table as the formatter leaves it. */
export const markdownTable = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
