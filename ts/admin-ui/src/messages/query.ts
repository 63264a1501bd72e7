/** What an address asks for, as calls of the API and as a command. */
import type { Input } from 'millrace/admin/contract.js'
import type { Command } from '../actions/command.ts'
import type { MessagesSearch } from '../search.ts'

export type Query = Omit<Input<'messages'>, 'limit' | 'cursor'>

/** Null while it is not said where to begin. */
export const queryOf = (topic: string, search: MessagesSearch): Query | null => {
  const { from, offset, time, partitions, filter, language, keyAs, valueAs } = search
  if ((from === 'offset' && offset === '') || (from === 'time' && time === '')) return null
  return {
    topic,
    from: from === 'last' ? 'latest' : from,
    ...(from === 'offset' ? { offset } : {}),
    ...(from === 'time' ? { time } : {}),
    ...(partitions === '' ? {} : { partitions: partitions.split(',').map(Number) }),
    filter,
    language,
    keyAs,
    valueAs,
  }
}

/** All of it as a file; null for what has no end. */
export const fileOf = (
  query: Query,
  search: MessagesSearch,
  format: 'ndjson' | 'csv',
): Input<'downloadMessages'> | null => {
  const { from, ...rest } = query
  if (from === 'live') return null
  return {
    ...rest,
    ...(from === undefined ? {} : { from }),
    ...(search.from === 'last' ? { max: search.count } : {}),
    format,
  }
}

/** The same of `consume`. */
export const consumeOf = (topic: string, search: MessagesSearch): Command => ({
  words: 'consume',
  options: [
    ...optionsOf(search),
    ...(search.partitions === '' ? [] : [['--partition', search.partitions]]),
    ...filterOf(search),
    ['--format', String.raw`%p %o %d{iso} %k %v\n`],
  ],
  names: [topic],
})

const filterOptions = { text: '--contains', regex: '--match', cel: '--where' } as const

const filterOf = ({ filter, language, keyAs, valueAs }: MessagesSearch): readonly (readonly string[])[] => {
  if (filter === '') return []
  return [
    [filterOptions[language], filter],
    ...(keyAs === 'auto' ? [] : [['--key-as', keyAs]]),
    ...(valueAs === 'auto' ? [] : [['--value-as', valueAs]]),
  ]
}

const TO_THE_END = ['--exit']

const optionsOf = ({ from, offset, time, count }: MessagesSearch): readonly (readonly string[])[] => {
  switch (from) {
    case 'earliest':
      return [TO_THE_END]
    case 'latest':
    case 'last':
      return [['--last', String(count)]]
    case 'offset':
      return [['--offset', offset], TO_THE_END]
    case 'time':
      return [['--offset', `@${isoOf(time)}`], TO_THE_END]
    case 'live':
      return [['--offset', 'end']]
  }
}

const isoOf = (ms: string): string => {
  const at = new Date(Number(ms))
  return Number.isNaN(at.getTime()) ? ms : at.toISOString()
}
