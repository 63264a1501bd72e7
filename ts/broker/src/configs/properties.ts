// server.properties, read exactly as java.util.Properties reads it, because that is what wrote and tested the file:
//
//   # or ! starts a comment line          key=value   key:value   key value   (blanks around the separator do not count)
//   a \ at the end of a line joins the next one, whose leading blanks go; \t \n \r \f \uXXXX and \x (x itself) elsewhere
//   a key given twice has its last value; trailing blanks belong to the value

const BLANKS = new Set([' ', '\t', '\f'])
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

const withoutLeadingBlanks = (line: string): string => {
  let start = 0
  while (BLANKS.has(line.charAt(start))) start += 1
  return line.slice(start)
}

const continues = (line: string): boolean => {
  const slashes = /\\+$/.exec(line)?.[0].length ?? 0
  return slashes % 2 === 1
}

// Comments and empty lines are told before lines are joined: a comment never continues, and a blank line ends nothing.
const logicalLines = (text: string): string[] => {
  const lines: string[] = []
  let open: string | null = null
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = withoutLeadingBlanks(natural)
    if (open === null && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const joined: string = (open ?? '') + line
    if (continues(line)) {
      open = joined.slice(0, -1)
    } else {
      lines.push(joined)
      open = null
    }
  }
  if (open !== null) lines.push(open)
  return lines
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(u[0-9a-fA-F]{4}|[\s\S]|$)/g, (_, escape: string) =>
    escape.length === 5 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  )

// The key ends at the first separator that is not escaped; one = or : may stand between blanks.
const split = (line: string): [key: string, value: string] => {
  let end = 0
  while (end < line.length && !/[=: \t\f]/.test(line.charAt(end))) end += line.charAt(end) === '\\' ? 2 : 1
  let rest = withoutLeadingBlanks(line.slice(end))
  if (rest.startsWith('=') || rest.startsWith(':')) rest = withoutLeadingBlanks(rest.slice(1))
  return [unescaped(line.slice(0, end)), unescaped(rest)]
}

/** The keys and values of a properties file. */
export const parseProperties = (text: string): Map<string, string> => new Map(logicalLines(text).map(split))
