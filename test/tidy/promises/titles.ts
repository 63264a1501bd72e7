// Titles of tests, found in the text of their file.

/** The calls that make tests: also under a name of the file's own, and at the end of a table of rows. */
const callsIn = (source: string): RegExp => {
  const own = [...source.matchAll(/^const (\w+) = (?:test|it)\b/gm)].map(([, name = '']) => name)
  const call = `(?:${['test', 'it', ...own].join('|')})(?:\\.\\w+)*(?:<.*>)?(?:\\(.*\\))?\\(`
  return new RegExp(
    `^\\s*(?:${call}|\\](?: as const)?\\)\\()\\s*(?<quote>['"\`])(?<title>(?:\\\\.|(?!\\k<quote>).)*)\\k<quote>,`,
    'gm',
  )
}

/** Whether there is a test of this title, as it is written or as it reads with values that stand in the file. */
export const hasTest = (source: string, title: string): boolean =>
  [...source.matchAll(callsIn(source))].some(({ groups }) => {
    const written = (groups?.['title'] ?? '').replaceAll(/\\(['"`])/g, '$1')
    return written === title || valuesIn(written, title)?.every((value) => isValueOf(source, value)) === true
  })

const PLACE = /%[sdj]/

/** What the places of a title are filled with; null where it is another title. */
const valuesIn = (written: string, title: string): readonly string[] | null => {
  if (!PLACE.test(written)) return null
  const pattern = written.split(PLACE).map(escaped).join('(.+?)')
  return new RegExp(`^${pattern}$`).exec(title)?.slice(1) ?? null
}

/** A value stands in a list, as text or as it is. */
const isValueOf = (source: string, value: string): boolean =>
  new RegExp(`[[,]\\s*(['"\`]?)${escaped(value)}\\1\\s*[,\\]]`).test(source)

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
