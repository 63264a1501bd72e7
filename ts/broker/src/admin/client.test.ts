import { expect, test } from 'vitest'
import { createClient, requestOf } from './client.ts'
import { contract } from './contract.ts'

test.each([
  ['topics', { search: 'a b&c', internal: 'false' }],
  ['group', { group: 'of/any name?' }],
  ['createTopic', { name: 'orders', configs: { 'retention.ms': '1' } }],
  ['deleteGroup', { group: 'of/any name?', confirm: 'of/any name?' }],
] as const)('a call of %s sends its request and nothing else', async (name, input) => {
  const sent: unknown[] = []
  const call = createClient({
    base: 'http://broker:1',
    headers: { authorization: 'Bearer x' },
    fetch: (url, init) => {
      sent.push({ url, ...init })
      return Promise.resolve(Response.json({}))
    },
  })
  await call(name, input)
  const { path, headers, ...rest } = requestOf(name, input)
  expect(sent).toEqual([{ url: `http://broker:1${path}`, headers: { authorization: 'Bearer x', ...headers }, ...rest }])
})

test('what is in the path is not in the body, and is escaped', () => {
  const group = 'of/any name?'
  expect(requestOf('deleteGroup', { group, confirm: group })).toEqual({
    method: 'DELETE',
    path: '/api/v1/groups/of%2Fany%20name%3F',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ confirm: group }),
  })
  expect(requestOf('topics', { search: 'a b&c' })).toEqual({
    method: 'GET',
    path: '/api/v1/topics?search=a+b%26c',
    headers: {},
  })
})

test('every password of the API is secret, so that no line to copy holds it', () => {
  const passwords = Object.entries(contract).flatMap(([name, { input }]) =>
    Object.keys(input.shape)
      .filter((field) => /password|current|secret|token/i.test(field))
      .map((field) => `${name} ${field}`),
  )
  const secret = Object.entries(contract).flatMap(([name, route]) =>
    'secret' in route ? route.secret.map((field) => `${name} ${field}`) : [],
  )
  expect(secret).toEqual(passwords)
})
