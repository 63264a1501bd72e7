import { beforeEach, expect, test } from 'vitest'
import { DEADLINE_MS, INTERVAL_MS, isWell, type Place, Rounds, ROUNDS_MAX } from './rounds.ts'

let noted: (readonly [string, number])[] = []
let rounds = new Rounds(() => {})

beforeEach(() => {
  noted = []
  rounds = new Rounds((of, elapsedMs) => noted.push([of, elapsedMs]))
})

const at = (offset: number, partition = 0): Place => ({ partition, offset })

/** Sends one that is acknowledged at an offset. */
const sent = (offset: number, now = 0): number => {
  const number = rounds.begin(now)
  rounds.acknowledged(number, at(offset), now + 2)
  return number
}

test('what is acknowledged and comes back is well, whichever is first', () => {
  rounds.back(sent(0), 5)
  const early = rounds.begin(100)
  rounds.back(early, 103)
  rounds.acknowledged(early, at(1), 104)
  rounds.passed(at(2))
  expect(rounds.figures()).toMatchObject({
    sent: 2,
    received: 2,
    failed: 0,
    lost: 0,
    duplicated: 0,
    failure: null,
    hour: { records: 2, availability: 1, produceMs: { p50: 2, max: 4 }, endToEndMs: { p50: 3, max: 5 } },
  })
  expect(noted).toEqual([
    ['produce', 2],
    ['endToEnd', 5],
    ['endToEnd', 3],
    ['produce', 4],
  ])
})

test('nothing is known before the first', () => {
  rounds.begin(0)
  expect(rounds.figures()).toMatchObject({
    sent: 1,
    failure: null,
    hour: { records: 0, availability: null, produceMs: null, endToEndMs: null },
  })
})

test('an acknowledged record that the reader passed without it is lost, once', () => {
  sent(0)
  const other = sent(1)
  rounds.back(other, 3)
  expect(rounds.passed(at(0))).toBe(0)
  expect(rounds.passed(at(2))).toBe(1)
  expect(rounds.passed(at(3))).toBe(0)
  expect(rounds.figures()).toMatchObject({ lost: 1, failed: 0, hour: { availability: 0.5, lost: 1 } })
  expect(rounds.failure).toContain('not in the log')
})

test('what came too late failed, and was lost only where it never was in the log', () => {
  const late = sent(0)
  const unanswered = rounds.begin(0)
  rounds.settle(DEADLINE_MS - 1)
  expect(rounds.failure).toBeNull()
  rounds.settle(DEADLINE_MS)
  expect(rounds.figures()).toMatchObject({ failed: 2, hour: { records: 2, availability: 0 } })
  expect(rounds.failure).toBe('no acknowledgement within 10 s')
  rounds.back(late, DEADLINE_MS + 1)
  rounds.passed(at(10))
  rounds.failed(unanswered, 'counted before')
  expect(rounds.figures()).toMatchObject({ failed: 2, lost: 0, received: 1, hour: { availability: 0 } })
})

test('a failure is over with the next one that comes back', () => {
  rounds.failed(rounds.begin(0), 'refused')
  expect(rounds.failure).toBe('refused')
  rounds.back(sent(0), 5)
  expect(rounds.figures()).toMatchObject({ failed: 1, failure: null, hour: { availability: 0.5 } })
})

test('what comes once more is a duplicate, also where nobody acknowledged it', () => {
  const number = sent(0)
  rounds.back(number, 3)
  rounds.back(number, 4)
  const refused = rounds.begin(10)
  rounds.failed(refused, 'no answer')
  rounds.back(refused, 12)
  expect(rounds.figures()).toMatchObject({ duplicated: 1, received: 2, hour: { duplicated: 1 } })
})

test('a log that was deleted loses nothing', () => {
  sent(7)
  rounds.forget('the topic is gone')
  expect(rounds.passed(at(100))).toBe(0)
  expect(rounds.figures()).toMatchObject({ failed: 1, lost: 0, failure: 'the topic is gone' })
})

test('the figures of the hour are those of an hour', () => {
  rounds.failed(rounds.begin(0), 'refused')
  const perHour = 3_600_000 / INTERVAL_MS
  for (let at = 0; at < perHour; at++) rounds.back(sent(at, at * INTERVAL_MS), at * INTERVAL_MS + 3)
  expect(rounds.figures()).toMatchObject({ sent: perHour + 1, failed: 1, hour: { records: perHour, availability: 1 } })
})

test('what was passed in one partition was not in another', () => {
  const number = rounds.begin(0)
  rounds.acknowledged(number, at(5, 1), 2)
  expect(rounds.passed(at(100, 0))).toBe(0)
  expect(rounds.isSettled).toBe(false)
  expect(rounds.passed(at(6, 1))).toBe(1)
  expect(rounds.isSettled).toBe(true)
  expect(isWell(rounds.figures())).toBe(false)
})

test('whoever asks for it has another deadline', () => {
  rounds = new Rounds(() => {}, 250)
  rounds.begin(0)
  rounds.settle(249)
  expect(rounds.isSettled).toBe(false)
  rounds.settle(250)
  expect(rounds.failure).toBe('no acknowledgement within 0.25 s')
})

test('it is full while the oldest is waited for, and one more would push it out', () => {
  for (let count = 0; count < ROUNDS_MAX; count++) {
    expect(rounds.isFull).toBe(false)
    rounds.begin(count)
  }
  expect(rounds.isFull).toBe(true)
  rounds.settle(DEADLINE_MS)
  expect(rounds.isFull).toBe(false)
})
