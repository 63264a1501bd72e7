import { expect, test } from 'vitest'
import type { Case } from './case.ts'
import { columns } from './columns.ts'
import { continued, unplayed, withCases } from './continue.ts'
import { resultOf, THROUGHPUT } from './result-fixture.ts'
import type { CaseResult, Result } from './result.ts'

const before: Result = { ...resultOf(THROUGHPUT, { millrace: [1], kafka: [1] }), pairs: 7, seconds: 10 }

const named = (...ids: readonly string[]): Case => ({
  rows: ids.map((id) => ({ row: 1, id, title: id, measures: [] })),
  what: 'Measured.',
  columns: [columns.millrace, columns.kafka],
  isShort: true,
  take: () => Promise.reject(new Error('nothing is played')),
})
const result = (id: string, ...brokers: readonly string[]): readonly CaseResult[] =>
  before.cases.map((only) => ({
    ...only,
    id,
    samples: only.samples.filter(({ broker }) => brokers.includes(broker)),
  }))
const BOTH = ['millrace', 'kafka']

test('what was measured alike goes on with its date and all brokers', () => {
  const others = before.brokers.slice(0, 1).map((broker) => ({ ...broker, name: 'another' }))
  const now = { ...before, date: 'later', brokers: [...before.brokers.slice(0, 1), ...others], cases: [] }
  const names = [...before.brokers.map(({ name }) => name), 'another']
  expect(continued(before, now)).toMatchObject({ date: before.date, cases: [{ id: 'case' }] })
  expect(continued(before, now).brokers.map(({ name }) => name)).toEqual(names)
})

test.each([
  ['another kind', { mode: 'short' }, /kind of run was "short" and is "full"/],
  ['other pairs', { pairs: 3 }, /--pairs was 3 and is 7/],
  ['pairs that nobody knows', { pairs: undefined }, /--pairs was not known and is 7/],
  ['other seconds', { seconds: 4 }, /--seconds was 4 and is 10/],
  ['another commit', { commit: 'b' }, /what is measured was "b" and is "a"/],
  ['another machine', { machine: { ...before.machine, cores: 4 } }, /the machine was/],
  ['another broker', { brokers: before.brokers.map((each) => ({ ...each, version: '0' })) }, /millrace was/],
] as const)('%s is refused', (_, change, message) => {
  // As it would be read: what is undefined is not there.
  const other = JSON.parse(JSON.stringify({ ...before, ...change })) as Result
  expect(() => continued(other, before)).toThrow(message)
})

test('cases are played of which a row or a broker is missing', () => {
  const plan = [named('a'), named('b', 'c'), named('d'), named('e')]
  const played = { ...before, cases: [...result('a', ...BOTH), ...result('b', ...BOTH), ...result('d', 'kafka')] }
  expect(unplayed(plan, played).map(({ rows }) => rows[0]?.id)).toEqual(['b', 'd', 'e'])
})

test('cases stand in the order of the plan, each once', () => {
  const plan = [named('a'), named('b', 'c'), named('d')]
  const played = { ...before, cases: [...result('d', ...BOTH), ...result('b', ...BOTH)] }
  const whole = withCases(plan, played, [...result('a', ...BOTH), ...result('b', 'kafka'), ...result('c', 'kafka')])
  expect(whole.cases.map(({ id, samples }) => [id, samples.length])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
    ['d', 2],
  ])
})
