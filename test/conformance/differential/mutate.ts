// Makes a good request slightly wrong: one field gets a value that its type allows and its meaning may not.
import { type PlannedStruct, type PlannedType, resolvePlan } from 'millrace/wire/plan.js'
import type { Api } from 'millrace/wire/schema.js'
import { randomTopicId, ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { Id } from '../comparison/side.ts'
import type { Dice } from './dice.ts'

/** Left as they are: they decide how long something takes, or start what only one of the two has. */
const untouched = new Set([
  'timeoutMs',
  'maxWaitMs',
  'sessionTimeoutMs',
  'rebalanceTimeoutMs',
  'transactionalId',
  'keyType',
  'records',
  'groupInstanceId',
])

/** A place in a request where a value can be put. */
interface Site {
  readonly holder: Record<string | number, unknown>
  readonly at: string | number
  readonly type: PlannedType
}

export const mutated = (dice: Dice, api: Api, version: number, request: unknown): unknown => {
  const copied = copy(request)
  const sites: Site[] = []
  collect(resolvePlan(api.request, version, api.flexible).body, copied, sites)
  if (sites.length === 0) return copied
  const { holder, at, type } = dice.of(sites)
  holder[at] = wrongValue(dice, type, holder[at])
  return copied
}

const copy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copy)
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]))
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Buffer.isBuffer(value) &&
  !(value instanceof Id) &&
  !('encode' in value)

const collect = (struct: PlannedStruct, value: unknown, sites: Site[]): void => {
  if (!isPlain(value)) return
  for (const field of struct.fields) {
    if (field.kind === 'absent' || untouched.has(field.name)) continue
    if (field.kind === 'tagged' && !(field.name in value)) continue
    // What is left out goes as its default, which may be changed as well.
    if (!(field.name in value)) value[field.name] = copy(field.fallback?.value)
    place(value, field.name, field.type, sites)
  }
}

const place = (holder: Site['holder'], at: string | number, type: PlannedType, sites: Site[]): void => {
  if (type.kind !== 'struct') sites.push({ holder, at, type })
  const value = holder[at]
  if (type.kind === 'struct') collect(type, value, sites)
  if (type.kind === 'array' && Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1)
      place(value as unknown as Site['holder'], index, type.of, sites)
  }
}

const LONG_STRING = 300
const MANY = 40

const wrongValue = (dice: Dice, type: PlannedType, value: unknown): unknown => {
  if (type.kind === 'array') return wrongArray(dice, Array.isArray(value) ? value : [])
  if (type.kind === 'struct') return value
  switch (type.name) {
    case 'boolean':
      return value !== true
    case 'int8':
      return wrongInteger(dice, 8, value)
    case 'int16':
      return wrongInteger(dice, 16, value)
    case 'int32':
      return wrongInteger(dice, 32, value)
    case 'int64':
      return wrongInteger(dice, 54, value)
    case 'int64Big':
      return dice.of([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)])
    case 'uuid':
      return dice.of([ZERO_TOPIC_ID, randomTopicId((bytes) => Buffer.alloc(bytes, dice.int(1, 255)))])
    case 'string':
      return dice.of(['', 'nowhere', 'bad name', 'x'.repeat(LONG_STRING), '\u00e9\u4e16', null])
    case 'bytes':
    case 'records':
      return dice.of([Buffer.alloc(0), Buffer.from([1, 2, 3]), null])
  }
}

const wrongInteger = (dice: Dice, bits: number, value: unknown): number => {
  const max = 2 ** (bits - 1) - 1
  const near = typeof value === 'number' ? [value - 1, value + 1] : []
  const number = dice.of([0, 1, -1, -2, 42, max, bits === 54 ? -max : -max - 1, ...near])
  return Math.abs(number) > max ? max : number
}

const wrongArray = (dice: Dice, values: readonly unknown[]): readonly unknown[] | null => {
  const one = values.length === 0 ? [] : [dice.of(values)]
  switch (dice.weighted({ empty: 2, null: 2, twice: 4, fewer: 2, many: 1 })) {
    case 'empty':
      return []
    case 'null':
      return null
    case 'twice':
      return [...values, ...one.map(copy)]
    case 'fewer':
      return values.slice(1)
    case 'many':
      return Array.from({ length: MANY }, () => one.map(copy)).flat()
  }
}
