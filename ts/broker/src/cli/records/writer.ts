// Records in the form that was asked for, one by one as they come.
import type { FetchedRecord } from '../client/records.ts'
import { Failure } from '../failure.ts'
import { csvCell, momentIn } from '../output/formats.ts'
import { tableLines } from '../output/table.ts'
import { timeCell } from '../output/time.ts'
import type { Cell, Column, Form } from '../output/view.ts'
import type { Terminal } from '../terminal.ts'
import type { RecordForm } from './forms.ts'
import { jsonRecord, parseFormat, recordValue, textOrHex } from './format.ts'

export interface RecordWriter {
  begin(): Promise<void>
  write(record: FetchedRecord): Promise<void>
  end(): Promise<void>
}

const VALUE_PER_LINE = String.raw`%v\n`

/** `format` is for text. Throws a Failure of usage. */
export const recordWriter = async (
  terminal: Terminal,
  output: RecordForm,
  format: string | undefined,
  utc: boolean,
): Promise<RecordWriter> => {
  if (output !== 'text' && format !== undefined) throw new Failure('usage', '--format is for --output text')
  switch (output) {
    case 'text': {
      const text = parseFormat(format ?? VALUE_PER_LINE)
      const harmless = terminal.interactive ? withoutControls : (bytes: Buffer) => bytes
      return { ...plain, write: (record) => terminal.write(harmless(text(record))) }
    }
    case 'json':
      return jsonWriter(terminal)
    case 'ndjson':
      return { ...plain, write: (record) => terminal.write(`${jsonRecord(record)}\n`) }
    case 'yaml': {
      const { stringify } = await import('yaml')
      return { ...plain, write: (record) => terminal.write(stringify([recordValue(record)])) }
    }
    case 'csv': {
      const line = (cells: readonly Cell[]): Promise<void> => terminal.write(`${cells.map(csvCell).join(',')}\n`)
      return {
        ...plain,
        begin: () => line(recordColumns.map(({ title }) => title)),
        write: (record) => line(cellsOf(record)),
      }
    }
    case 'name':
      return {
        ...plain,
        write: ({ topic, partition, offset }) => terminal.write(`${topic}/${partition}/${offset}\n`),
      }
    case 'table':
    case 'wide':
      return tableWriter(terminal, { output, utc })
  }
}

const nothing = (): Promise<void> => Promise.resolve()
const plain = { begin: nothing, end: nothing }

const jsonWriter = (terminal: Terminal): RecordWriter => {
  let separator = '\n'
  return {
    begin: () => terminal.write('['),
    write: (record) => {
      const before = separator
      separator = ',\n'
      return terminal.write(`${before}  ${jsonRecord(record)}`)
    },
    end: () => terminal.write('\n]\n'),
  }
}

// What comes later is not known: columns are as wide as what they hold mostly is.
const recordColumns: readonly Column[] = [
  { title: 'topic' },
  { title: 'partition' },
  { title: 'offset', width: 10 },
  { title: 'time', width: 24 },
  { title: 'key', width: 12 },
  { title: 'value' },
  { title: 'headers', wide: true },
  { title: 'epoch', wide: true },
  { title: 'compression', wide: true },
]

const cellsOf = (record: FetchedRecord): readonly Cell[] => [
  record.topic,
  record.partition,
  record.offset,
  timeCell(record.timestamp),
  textOrHex(record.key),
  textOrHex(record.value),
  record.headers.map(([name, content]) => `${name.toString()}=${textOrHex(content) ?? ''}`).join(','),
  record.leaderEpoch,
  record.compression,
]

const tableWriter = (terminal: Terminal, { output, utc }: Form): RecordWriter => {
  const isWide = output === 'wide'
  let isFirst = true
  return {
    ...plain,
    write: (record) => {
      // A line for each: a null is text there, to the left as the others.
      const row = cellsOf(record).map((cell) => cell ?? '-')
      const table = { columns: recordColumns, rows: [row] }
      const lines = tableLines(table, isWide, terminal.columns(), momentIn(isWide, utc)).slice(isFirst ? 0 : 1)
      isFirst = false
      return terminal.write(`${lines.join('\n')}\n`)
    },
  }
}

/** A record must not move the cursor of whoever looks at it, or type for them. */
const withoutControls = (bytes: Buffer): string =>
  bytes.toString().replaceAll(/[\p{Cc}]/gu, (found) => (found === '\n' || found === '\t' ? found : '\uFFFD'))
