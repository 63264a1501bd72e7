import { expect, test } from 'vitest'
import { generatorArgs } from './generator.ts'

test('options are flags by their names; what is false or undefined is none', () => {
  const options = { recordBytes: 100, keyed: true, follow: false, codec: undefined, topic: 't' }
  expect(generatorArgs('produce', options)).toEqual(['produce', '--record-bytes', '100', '--keyed', '--topic', 't'])
})
