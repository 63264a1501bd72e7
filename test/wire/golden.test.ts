// Bytes that must not change: the first, the first flexible and the last version of every message. A change here is a
// change of the protocol; GOLDEN=write writes the files anew, to be reviewed as a difference.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apis } from 'millrace/messages/index.js'
import { readRequest, readResponse, writeRequest, writeResponse } from 'millrace/wire/codec.js'
import { resolvePlan } from 'millrace/wire/plan.js'
import { Reader } from 'millrace/wire/reader.js'
import type { AnyStruct, Api, Draft } from 'millrace/wire/schema.js'
import { expect, test } from 'vitest'
import { sampleOf } from './sample.ts'

const directory = join(import.meta.dirname, 'golden')
const writing = process.env['GOLDEN'] === 'write'
const LINE = /.{1,64}/g

interface Golden {
  readonly file: string
  readonly value: unknown
  readonly write: () => Buffer
  readonly read: (bytes: Buffer) => unknown
}

const kebab = (name: string): string => name.replaceAll(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

const goldenVersions = ({ versions: [first, last], flexible }: Api): readonly number[] => [
  ...new Set([first, Math.max(first, flexible ?? first), last]),
]

const goldenOf = (api: Api): readonly Golden[] =>
  goldenVersions(api).flatMap((version) => {
    const stem = `${String(api.key).padStart(2, '0')}-${kebab(api.name)}.v${version}`
    const request = sampleOf(resolvePlan(api.request, version, api.flexible).body) as Draft<AnyStruct>
    const response = sampleOf(resolvePlan(api.response, version, api.flexible).body) as Draft<AnyStruct>
    return [
      {
        file: `${stem}.request.hex`,
        value: request,
        write: () => writeRequest(api, version, request),
        read: (bytes) => readRequest(api, version, new Reader(bytes)),
      },
      {
        file: `${stem}.response.hex`,
        value: response,
        write: () => writeResponse(api, version, response),
        read: (bytes) => readResponse(api, version, new Reader(bytes)),
      },
    ]
  })

const goldens = Object.values(apis).flatMap((api) => goldenOf(api))

if (writing) {
  mkdirSync(directory, { recursive: true })
  for (const { file, write } of goldens) {
    const hex = write().toString('hex')
    writeFileSync(join(directory, file), `${hex.match(LINE)?.join('\n') ?? ''}\n`)
  }
}

test.each(goldens)('$file', ({ file, value, write, read }) => {
  const path = join(directory, file)
  expect(existsSync(path), `${file} is missing: GOLDEN=write makes it`).toBe(true)
  const bytes = Buffer.from(readFileSync(path, 'ascii').replaceAll('\n', ''), 'hex')
  expect(write()).toEqual(bytes)
  expect(read(bytes)).toEqual(value)
})

test('no file is left over from a message or version that is gone', () => {
  expect(readdirSync(directory).toSorted()).toEqual(goldens.map(({ file }) => file).toSorted())
})
