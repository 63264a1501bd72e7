// What `millrace produce` and `consume` answer.
import { fields, list, pair, rows, type Shape } from './shape.ts'

const records = rows({
  topic: 'text',
  partition: 'whole number',
  offset: 'whole number of 64 bits',
  timestamp: 'whole number of 64 bits, milliseconds since 1970',
  time: 'time, or null where no calendar reaches it',
  key: 'bytes, or null',
  value: 'bytes, or null',
  headers: list(pair('text', 'bytes, or null')),
})

export const recordAnswers: Readonly<Record<string, Shape>> = {
  produce: fields({ topic: 'text', records: 'whole number' }),
  consume: records,
  'topic tail': records,
}
