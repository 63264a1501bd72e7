import { expect, test } from 'vitest'
import { brokerDefinitions, definitions, findDefinition, topicDefinitions } from './definitions.ts'
import { ignoredFamilies, whyIgnored } from './ignored-keys.ts'
import { topicSynonyms } from './topic-keys.ts'

const names = (list: readonly { readonly name: string }[]): string[] => list.map((one) => one.name)

test('every key says in a sentence what it is', () => {
  expect(names(definitions.filter(({ doc }) => !/^\S.*\.$/.test(doc)))).toEqual([])
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

test('a key is in the table or ignored, not both', () => {
  expect(names(brokerDefinitions).filter((name) => whyIgnored(name) !== null)).toEqual([])
  expect(new Set(ignoredFamilies.map(({ why }) => why)).size).toBe(ignoredFamilies.length)
})
