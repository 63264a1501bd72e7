// `--contains`, `--match` and `--where`: the filters of the message browser, in the process of whoever reads.
import { advice, ExpressionError } from '../../browse/expression-error.ts'
import type { Filter, Test, Tested } from '../../browse/filter.ts'
import type { Wish } from '../../browse/wishes.ts'
import type { FetchedRecord } from '../client/records.ts'
import { Failure } from '../failure.ts'

export interface FilterOptions {
  readonly contains?: string
  readonly match?: string
  readonly where?: string
  readonly keyAs?: Wish
  readonly valueAs?: Wish
}

/** Whether a record is shown. Throws what the expression fails with on it. */
export type Keeps = (record: FetchedRecord) => boolean

const EXAMPLES = 'millrace cheat filters has examples'

const options = {
  text: { name: '--contains', next: EXAMPLES },
  regex: { name: '--match', next: `${advice.regex}; ${EXAMPLES}` },
  cel: { name: '--where', next: `${advice.cel}; ${EXAMPLES}` },
} as const satisfies Readonly<Record<Filter['language'], { readonly name: string; readonly next: string }>>

/** Null where none is given. What compiles it is loaded for the first. Throws a Failure of usage. */
export const filterOf = async (topics: readonly string[], given: FilterOptions): Promise<Keeps | null> => {
  const filter = expressionOf(given)
  const { keyAs = 'auto', valueAs = 'auto' } = given
  if (filter === null) {
    if (given.keyAs === undefined && given.valueAs === undefined) return null
    throw new Failure('usage', '--key-as and --value-as are for what a filter reads', {
      next: 'give --contains, --match or --where; --format says how records look',
    })
  }
  const { name, next } = options[filter.language]
  if (filter.expression === '') throw new Failure('usage', `${name} is empty`, { next })
  const { compileFilter } = await import('../../browse/filter.ts')
  const compiled = (topic: string): Test => {
    try {
      return compileFilter(filter, { topic, keyAs, valueAs })
    } catch (thrown) {
      if (!(thrown instanceof ExpressionError)) throw thrown
      throw new Failure('usage', `${name} is ${thrown.message}`, { next, cause: thrown })
    }
  }
  const tests = new Map(topics.map((topic) => [topic, compiled(topic)]))
  return (record) => tests.get(record.topic)?.(tested(record)) === true
}

const expressionOf = ({ contains, match, where }: FilterOptions): Filter | null => {
  if (contains !== undefined) return { language: 'text', expression: contains }
  if (match !== undefined) return { language: 'regex', expression: match }
  return where === undefined ? null : { language: 'cel', expression: where }
}

const tested = ({ partition, offset, timestamp, key, value, headers, bytes }: FetchedRecord): Tested => ({
  partition,
  offset: Number(offset),
  timestamp,
  key,
  value,
  headers: headers.map(([name, content]) => ({ name: name.toString(), value: content })),
  bytes,
})
