// Records in the form that was asked for, one by one as they come.
import type { FetchedRecord } from '../client/records.ts'
import { Failure } from '../failure.ts'
import { plain, type RowShape, rowWriter, type RowWriter } from '../output/rows.ts'
import { timeCell } from '../output/time.ts'
import type { Terminal } from '../terminal.ts'
import type { RecordForm } from './forms.ts'
import { parseFormat, recordValue, textOrHex } from './format.ts'

const VALUE_PER_LINE = String.raw`%v\n`

/** `format` is for text. Throws a Failure of usage. */
export const recordWriter = async (
  terminal: Terminal,
  output: RecordForm,
  format: string | undefined,
  utc: boolean,
): Promise<RowWriter<FetchedRecord>> => {
  if (output !== 'text') {
    if (format !== undefined) throw new Failure('usage', '--format is for --output text')
    return rowWriter(terminal, { output, utc }, recordShape)
  }
  const text = parseFormat(format ?? VALUE_PER_LINE)
  const harmless = terminal.interactive ? withoutControls : (bytes: Buffer) => bytes
  return { ...plain, write: (record) => terminal.write(harmless(text(record))) }
}

const recordShape: RowShape<FetchedRecord> = {
  value: recordValue,
  columns: [
    { title: 'topic' },
    { title: 'partition' },
    { title: 'offset', width: 10 },
    { title: 'time', width: 24 },
    { title: 'key', width: 12 },
    { title: 'value' },
    { title: 'headers', wide: true },
    { title: 'epoch', wide: true },
    { title: 'compression', wide: true },
  ],
  cells: (record) => [
    record.topic,
    record.partition,
    record.offset,
    timeCell(record.timestamp),
    textOrHex(record.key),
    textOrHex(record.value),
    record.headers.map(([name, content]) => `${name.toString()}=${textOrHex(content) ?? ''}`).join(','),
    record.leaderEpoch,
    record.compression,
  ],
  name: ({ topic, partition, offset }) => `${topic}/${partition}/${offset}`,
}

/** A record must not move the cursor of whoever looks at it, or type for them. */
const withoutControls = (bytes: Buffer): string =>
  bytes.toString().replaceAll(/[\p{Cc}]/gu, (found) => (found === '\n' || found === '\t' ? found : '\uFFFD'))
