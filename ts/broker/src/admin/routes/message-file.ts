/** Messages as a file. What no text can hold is in base64, under a name that says so. */
import type { Message, Payload } from '../../browse/slice.ts'

export interface MessageFile {
  readonly type: string
  readonly pieces: (slices: AsyncIterable<readonly Message[]>) => AsyncGenerator<string>
}

export const messageFile = (format: 'ndjson' | 'csv'): MessageFile => files[format]

const COLUMNS = ['partition', 'offset', 'timestamp', 'key', 'value', 'headers', 'encoding'].join(',')

/** Whoever receives nothing for so long takes the connection for dead; an empty line is none to readers of both. */
const SILENCE_MS_MAX = 5000

const written = (head: string, line: (message: Message) => string) =>
  async function* (slices: AsyncIterable<readonly Message[]>): AsyncGenerator<string> {
    let spoken = performance.now()
    let first = head
    for await (const messages of slices) {
      const text = first + messages.map(line).join('')
      first = ''
      if (text === '' && performance.now() - spoken < SILENCE_MS_MAX) continue
      spoken = performance.now()
      yield text === '' ? '\n' : text
    }
  }

/** JSON stands in the line as it was written, with all digits of its numbers. */
const jsonOf = (payload: Payload | null): string => {
  if (payload === null) return 'null'
  if (payload.decoder === 'hex') return JSON.stringify({ base64: payload.raw ?? '' })
  // It may have been written over several lines.
  const isJson = !payload.cut && payload.decoder !== 'text' && payload.decoder !== 'integer'
  return isJson ? payload.text.replaceAll(/[\r\n]/g, ' ') : JSON.stringify(payload.text)
}

const jsonLine = ({ partition, offset, timestamp, key, value, headers }: Message): string => {
  const listed = headers.map((header) => `{"name":${JSON.stringify(header.name)},"value":${jsonOf(header.value)}}`)
  const fields = [
    `"partition":${partition}`,
    `"offset":${offset}`,
    `"timestamp":${timestamp}`,
    `"key":${jsonOf(key)}`,
    `"value":${jsonOf(value)}`,
    `"headers":[${listed.join(',')}]`,
  ]
  return `{${fields.join(',')}}\n`
}

const csvLine = ({ partition, offset, timestamp, key, value, headers }: Message): string => {
  const isBinary = key?.decoder === 'hex' || value?.decoder === 'hex'
  const cell = (payload: Payload | null): string => (isBinary ? payload?.raw : payload?.text) ?? ''
  const listed = `[${headers.map((header) => `{"name":${JSON.stringify(header.name)},"value":${jsonOf(header.value)}}`).join(',')}]`
  const cells = [String(partition), offset, timestamp, cell(key), cell(value), listed, isBinary ? 'base64' : 'text']
  return `${cells.map(quoted).join(',')}\r\n`
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

const files: Readonly<Record<'ndjson' | 'csv', MessageFile>> = {
  ndjson: { type: 'application/x-ndjson', pieces: written('', jsonLine) },
  csv: { type: 'text/csv', pieces: written(`${COLUMNS}\r\n`, csvLine) },
}
