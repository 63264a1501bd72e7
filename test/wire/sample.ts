// One fixed value per message and version in which every field differs from its neighbours: a swap, a wrong width or a
// missing field shows in the bytes.
import { topicIdFromBytes } from 'millrace/base/ids.js'
import type { PlannedStruct, PlannedType } from 'millrace/wire/plan.js'

const UUID_BYTES = 16

/** Counts the values given out, so that each is another one. */
interface Counter {
  next: number
}

export const sampleOf = (struct: PlannedStruct): Record<string, unknown> => sampleStruct(struct, { next: 1 })

const sampleStruct = (struct: PlannedStruct, counter: Counter): Record<string, unknown> =>
  Object.fromEntries(
    struct.fields.map((field) => [
      field.name,
      field.kind === 'absent' ? field.fallback.value : sampleType(field.type, field.name, counter),
    ]),
  )

const sampleType = (type: PlannedType, name: string, counter: Counter): unknown => {
  if (type.kind === 'struct') return sampleStruct(type, counter)
  if (type.kind === 'array') return [1, 2].map(() => sampleType(type.of, name, counter))
  const number = counter.next++
  switch (type.name) {
    case 'boolean':
      return true
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return number
    case 'int64Big':
      return BigInt(number)
    case 'uuid':
      return topicIdFromBytes(Buffer.alloc(UUID_BYTES, number))
    case 'string':
      return `${name}-${number}`
    case 'bytes':
    case 'records':
      return Buffer.from([number, number])
  }
}
