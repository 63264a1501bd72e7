import { expect, test } from 'vitest'
import {
  brokerDefinition,
  brokerDefinitions,
  definitions,
  documentation,
  findDefinition,
  groupDefinitions,
  isSensitive,
  topicDefinitions,
} from './definitions.ts'
import { topicSynonyms } from './keys/topic.ts'

const names = (list: readonly { readonly name: string }[]): string[] => list.map((one) => one.name)

test('every key says in a sentence what it is', () => {
  const texts = definitions.map((definition) => ({ name: definition.name, text: documentation(definition) ?? '' }))
  expect(names(texts.filter(({ text }) => !/^[\S ]+\.$/.test(text) || text.includes('  ')))).toEqual([])
})

test('no two keys of a scope say the same', () => {
  const said = definitions.map(({ scope, doc }) => `${scope}: ${doc}`)
  expect(said.filter((text, at) => said.indexOf(text) !== at)).toEqual([])
})

test('every default is a value that the key allows', () => {
  const wrong = definitions.filter(({ default: text, read }) => text !== null && text !== '' && !read(text).ok)
  expect(names(wrong)).toEqual([])
})

test('a default reads as the fallback, and back as itself', () => {
  for (const { name, default: text, fallback, read } of definitions) {
    if (text === null) expect(fallback, name).toBeNull()
    else expect(read(text), name).toEqual({ ok: true, value: fallback, text })
  }
})

test('topic keys and the broker keys behind them agree in type and default', () => {
  expect(Object.keys(topicSynonyms).filter((name) => findDefinition('topic', name) === undefined)).toEqual([])
  for (const { name, type, default: text, synonyms } of topicDefinitions) {
    for (const synonym of synonyms) {
      const broker = findDefinition('broker', synonym.name)
      expect(broker, synonym.name).toBeDefined()
      if (synonym.factor === 1) expect(broker?.type, name).toBe(type)
      if (synonyms.length === 1) expect(broker?.default, name).toBe(text)
    }
  }
})

test('group keys and the broker keys behind them agree in type and default', () => {
  for (const { name, type, default: text, synonyms } of groupDefinitions) {
    for (const synonym of synonyms) {
      const broker = findDefinition('broker', synonym.name)
      expect([broker?.type, broker?.default], name).toEqual([type, text])
    }
  }
})

test('a key without effect says so, and why', () => {
  const text = (name: string): string => documentation(brokerDefinition(name)) ?? ''
  expect(text('num.io.threads')).toBe(
    'Threads of Kafka that handle requests and disks. Default: 8. ' +
      'Accepted, and without effect here: millrace.workers says how many threads serve here.',
  )
  expect(text('num.recovery.threads.per.data.dir')).toMatch(
    /Default: 2\. A change while running has no effect: logs are/,
  )
  expect(text('log.dirs')).toMatch(/Not set by default\.$/)
})

test('no key of a broker is there twice', () => {
  expect(new Set(names(brokerDefinitions)).size).toBe(brokerDefinitions.length)
})

test('a key of one listener is of the kind of the key of all', () => {
  const password = brokerDefinition('listener.name.inside.ssl.keystore.password')
  expect([password.type, isSensitive(password), names(password.synonyms)]).toEqual([
    'password',
    true,
    ['listener.name.inside.ssl.keystore.password', 'ssl.keystore.password'],
  ])
  expect(names(brokerDefinition('listener.name.sasl.plain.sasl.jaas.config').synonyms)[1]).toBe('sasl.jaas.config')
})

test('what nobody defined may hold anything, and is not shown', () => {
  const definition = brokerDefinition('super.users')
  expect([definition.type, isSensitive(definition), documentation(definition)]).toEqual(['unknown', true, null])
  expect(definition.without).toBe('there is no authorizer yet')
})
