/**
 * A plan as two functions made from source: no test of a version and no look-up of a type is left at run time, and
 * every message of a version is an object of one shape. That is as fast as code written by hand (D18), where walking
 * the plan costs five times as much.
 *
 * The source is made from schemas alone, never from anything received.
 */
import { sameValue, taggedFields, type Plan, type PlannedField, type PlannedStruct, type PlannedType } from './plan.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

export type ReadFunction = (reader: Reader) => unknown
export type WriteFunction = (writer: Writer, value: unknown) => void

export const compileRead = (plan: Plan): ReadFunction => {
  const source = new Source(plan.flexible)
  const name = readStruct(source, plan.body)
  return source.evaluate(name) as ReadFunction
}

export const compileWrite = (plan: Plan): WriteFunction => {
  const source = new Source(plan.flexible)
  const name = writeStruct(source, plan.body)
  return source.evaluate(name) as WriteFunction
}

/** The functions made so far, one per struct, and the constants they refer to. */
class Source {
  readonly flexible: boolean
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []
  #names = 0

  constructor(flexible: boolean) {
    this.flexible = flexible
  }

  name(stem: string): string {
    return `${stem}${this.#names++}`
  }

  constant(value: unknown): string {
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
    return `constants[${this.#constants.push(value) - 1}]`
  }

  define(source: string): void {
    this.#functions.push(source)
  }

  evaluate(name: string): unknown {
    const body = `'use strict'\n${this.#functions.join('\n')}\nreturn ${name}`
    return new Function('constants', 'sameValue', body)(this.#constants, sameValue)
  }
}

/** `string` or `compactNullableString`: the method of reader and writer for a type with a length. */
const method = (source: Source, noun: string, nullable: boolean): string => {
  const words = [...(source.flexible ? ['compact'] : []), ...(nullable ? ['nullable'] : []), noun]
  return words.map((word, index) => (index === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join('')
}

const primitiveMethod = (source: Source, type: PlannedType & { kind: 'primitive' }): string =>
  type.name === 'string' || type.name === 'bytes' || type.name === 'records'
    ? method(source, type.name, type.nullable)
    : type.name

const readStruct = (source: Source, struct: PlannedStruct): string => {
  const locals = struct.fields.map((field) => ({ field, local: source.name('v') }))
  const lines = locals.map(({ field, local }) =>
    field.kind === 'positional'
      ? readInto(source, local, field.type)
      : `let ${local} = ${source.constant(field.fallback.value)}`,
  )
  if (source.flexible) lines.push(readTagged(source, locals))
  const members = locals.map(({ field, local }) => `${JSON.stringify(field.name)}: ${local}`)
  const name = source.name('read')
  source.define(`function ${name}(r) {\n${lines.join('\n')}\nreturn { ${members.join(', ')} }\n}`)
  return name
}

/** Statements that declare a local and read a value into it. */
const readInto = (source: Source, local: string, type: PlannedType): string => {
  switch (type.kind) {
    case 'primitive':
      return `let ${local} = r.${primitiveMethod(source, type)}()`
    case 'struct': {
      const read = `${readStruct(source, type)}(r)`
      return `let ${local} = ${type.nullable ? `r.structPresent() ? ${read} : null` : read}`
    }
    case 'array': {
      const count = source.name('n')
      const element = source.name('e')
      return `let ${local} = null
const ${count} = r.${method(source, 'arrayLength', type.nullable)}(${type.of.bytesMin})
if (${count} >= 0) {
${local} = []
for (let i = 0; i < ${count}; i++) {
${readInto(source, element, type.of)}
${local}.push(${element})
}
}`
    }
  }
}

const readTagged = (
  source: Source,
  locals: readonly { readonly field: PlannedField; readonly local: string }[],
): string => {
  const cases = locals.flatMap(({ field, local }) => {
    if (field.kind !== 'tagged') return []
    const value = source.name('t')
    return [`case ${field.tag}: {\n${readInto(source, value, field.type)}\n${local} = ${value}\nbreak\n}`]
  })
  if (cases.length === 0) return 'r.skipTagged()'
  return `let tag = -1
for (let left = r.unsignedVarint(); left > 0; left--) {
tag = r.tag(tag)
const end = r.tagEnd()
switch (tag) {
${cases.join('\n')}
default: r.skipTo(end)
}
r.closeTag(end)
}`
}

const writeStruct = (source: Source, struct: PlannedStruct): string => {
  const lines = struct.fields.flatMap((field) => {
    if (field.kind !== 'positional') return []
    const local = source.name('v')
    const lines = [`let ${local} = value.${field.name}`]
    if (field.fallback !== null) {
      lines.push(`if (${local} === undefined) ${local} = ${source.constant(field.fallback.value)}`)
    }
    return [...lines, writeFrom(source, local, field.type)]
  })
  if (source.flexible) lines.push(writeTagged(source, struct))
  const name = source.name('write')
  source.define(`function ${name}(w, value) {\n${lines.join('\n')}\n}`)
  return name
}

/** Statements that write the value of a local. */
const writeFrom = (source: Source, local: string, type: PlannedType): string => {
  switch (type.kind) {
    case 'primitive': {
      const write = `w.${primitiveMethod(source, type)
        .replace(/records$/, 'bytes')
        .replace(/Records$/, 'Bytes')}(${local})`
      return type.nullable ? write : `${refuseNull(local)}\n${write}`
    }
    case 'struct': {
      const write = `${writeStruct(source, type)}(w, ${local})`
      return type.nullable ? `w.structPresent(${local} !== null)\nif (${local} !== null) ${write}` : write
    }
    case 'array': {
      const element = source.name('e')
      const absent = type.nullable ? `w.${source.flexible ? 'compactNullArray' : 'nullArray'}()` : refuseNull(local)
      return `if (${local} === null) {
${absent}
} else {
w.${method(source, 'arrayLength', false)}(${local}.length)
for (let i = 0; i < ${local}.length; i++) {
const ${element} = ${local}[i]
${writeFrom(source, element, type.of)}
}
}`
    }
  }
}

const refuseNull = (local: string): string =>
  `if (${local} === null) throw new TypeError('null where the version has none')`

const writeTagged = (source: Source, struct: PlannedStruct): string => {
  const tagged = taggedFields(struct).map((field) => {
    const held = source.name('held')
    const fallback = source.constant(field.fallback.value)
    return {
      count: `const ${held} = value.${field.name} !== undefined && !sameValue(value.${field.name}, ${fallback})`,
      held,
      write: `if (${held}) w.tagged(${field.tag}, (w) => {
const inner = value.${field.name}
${writeFrom(source, 'inner', field.type)}
})`,
    }
  })
  if (tagged.length === 0) return 'w.unsignedVarint(0)'
  return [
    ...tagged.map(({ count }) => count),
    `w.unsignedVarint(${tagged.map(({ held }) => `(${held} ? 1 : 0)`).join(' + ')})`,
    ...tagged.map(({ write }) => write),
  ].join('\n')
}
