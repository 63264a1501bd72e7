import { expect, test } from 'vitest'
import { masksOf, readMaskRule } from './mask-rules.ts'

test.each([
  ['hr:value', 'hr', []],
  ['payments.*:value.card.number', 'payments.eu.settled', ['card', 'number']],
  ['*:headers.x.y-z', 'any', ['x.y-z']],
  ['*-pii*:key.*.name', 'eu-pii-2', ['*', 'name']],
])('%s is about %s', (rule, topic, path) => {
  expect(masksOf(['other:key', rule], topic)).toMatchObject([{ path }])
})

test('a topic is named as a whole, and a dot is a dot', () => {
  const rules = ['hr:value', 'a.b:value', 'payments.*:value']
  for (const topic of ['hr2', 'the-hr', 'axb', 'payments', 'my.payments.x']) expect(masksOf(rules, topic)).toEqual([])
})

test.each([
  '',
  'hr',
  'hr:',
  'hr:body',
  ':value',
  'hr:value.',
  'hr:value..x',
  'hr:value.x.',
  'a b:value',
  'hr:value.a..b',
])('"%s" is no rule', (rule) => {
  expect(readMaskRule(rule)).toBeNull()
})
