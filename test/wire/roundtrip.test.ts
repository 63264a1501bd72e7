// For every message and version: the compiled functions do what the walked plan does, and what is written reads back.
import { compileRead, compileWrite } from 'millrace/wire/compile.js'
import { interpretRead, interpretWrite } from 'millrace/wire/interpret.js'
import { resolvePlan, type Plan } from 'millrace/wire/plan.js'
import { MalformedError, Reader } from 'millrace/wire/reader.js'
import { Writer } from 'millrace/wire/writer.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryStruct, withoutDefaults } from './arbitraries.ts'
import { everyMessage, versionsOf } from './every-message.ts'

const RUNS = 20
const HOSTILE_RUNS = 60

type Write = (writer: Writer, value: unknown) => void
type Read = (reader: Reader) => unknown

const written = (write: Write, value: unknown): Buffer => {
  const writer = new Writer()
  write(writer, value)
  return writer.finish()
}

interface Codecs {
  readonly plan: Plan
  readonly read: Read
  readonly write: Write
  readonly walkedRead: Read
  readonly walkedWrite: Write
}

const codecs = (plan: Plan): Codecs => ({
  plan,
  read: compileRead(plan),
  write: compileWrite(plan),
  walkedRead: (reader) => interpretRead(plan, reader),
  walkedWrite: (writer, value) => interpretWrite(plan, writer, value),
})

/** What reading comes to, so that two ways of reading can be compared on input that may be refused. */
const outcome = (read: Read, bytes: Buffer): unknown => {
  const reader = new Reader(bytes)
  try {
    return { value: read(reader), position: reader.position }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return { refused: error.message }
  }
}

const checkRoundTrip = ({ plan, read, write, walkedRead, walkedWrite }: Codecs): void => {
  fc.assert(
    fc.property(arbitraryStruct(plan.body), (value) => {
      const bytes = written(write, value)
      expect(written(walkedWrite, value)).toEqual(bytes)
      expect(written(write, withoutDefaults(plan.body, value))).toEqual(bytes)
      const back = new Reader(bytes)
      expect(read(back)).toEqual(value)
      expect(back.remaining).toBe(0)
      expect(walkedRead(new Reader(bytes))).toEqual(value)
    }),
    { numRuns: RUNS },
  )
}

/** Damaged frames: both ways of reading agree, and nothing but a refusal comes of it. */
const checkHostile = ({ plan, read, write, walkedRead }: Codecs): void => {
  const position = fc.nat()
  const damage = fc.record({ value: arbitraryStruct(plan.body), position, byte: fc.nat(255), cut: fc.option(position) })
  fc.assert(
    fc.property(damage, ({ value, position: at, byte, cut }) => {
      const bytes = Buffer.from(written(write, value))
      if (bytes.length === 0) return
      bytes[at % bytes.length] = byte
      const frame = cut === null ? bytes : bytes.subarray(0, cut % bytes.length)
      expect(outcome(read, frame)).toEqual(outcome(walkedRead, frame))
    }),
    { numRuns: HOSTILE_RUNS },
  )
}

describe.each(everyMessage.map((message) => ({ message, name: message.name })))('$name', ({ message }) => {
  test.each(versionsOf(message))('v%i', (version) => {
    const both = codecs(resolvePlan(message.body, version, message.flexible))
    checkRoundTrip(both)
    checkHostile(both)
  })
})
