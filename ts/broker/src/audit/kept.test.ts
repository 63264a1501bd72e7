import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import { silentLogger } from '../base/logger.ts'
import { encodeBatch } from '../coordinator/record-batch.ts'
import { createAudit } from './audit.ts'
import { createKept } from './kept.ts'

const actor = { principal: 'User:alice', clientId: null, address: '127.0.0.1' }
const change = (subject: string) => ({ action: 'topic.create', subject, before: null, after: { partitions: 1 } })

/** A log of one partition, as the engine keeps it: each batch gets its offset. */
const memoryLog = () => {
  const batches: { readonly base: number; readonly next: number; readonly bytes: Buffer }[] = []
  let refusals = 0
  const end = (): number => batches.at(-1)?.next ?? 0
  return {
    batches,
    refuse: (times: number) => (refusals = times),
    extent: async () => (batches.length === 0 ? null : { first: 0, end: end() }),
    records: {
      append: async (_: number, batch: Buffer) => {
        if (refusals > 0) {
          refusals -= 1
          throw new BrokerError('KAFKA_STORAGE_ERROR')
        }
        const base = end()
        const bytes = Buffer.from(batch)
        bytes.writeBigInt64BE(BigInt(base), 0)
        batches.push({ base, next: base + bytes.readInt32BE(57), bytes })
        return base
      },
      read: async (_: number, offset: number) => batches.find(({ next }) => next > offset)?.bytes ?? Buffer.alloc(0),
    },
  }
}

type Log = ReturnType<typeof memoryLog>

const broker = (log: Log, clock = manualClock()) => {
  let topics = 0
  const kept = createKept({
    ...log,
    ensureTopic: async () => void (topics += 1),
    clock,
    logger: silentLogger,
  })
  const audit = createAudit(clock, kept.keep)
  const begin = async (): Promise<void> => audit.restore(await kept.begin())
  const subjects = (): readonly string[] => audit.entries().map(({ subject }) => subject)
  return { audit, kept, begin, subjects, clock, asked: () => topics }
}

test('entries come back after a restart, below the new ones, with ids that go on', async () => {
  const log = memoryLog()
  const first = broker(log)
  await first.begin()
  for (let at = 0; at < 100; at++) first.audit.note(change(`topic-${at}`), actor)
  await first.kept.stop()
  expect(log.batches.length).toBeLessThan(10)

  const second = broker(log, manualClock(first.clock.now() + 5000))
  second.audit.note(change('during the start'), null)
  await second.begin()
  second.audit.note(change('after it'), actor)
  await second.kept.stop()
  expect(second.subjects().slice(0, 3)).toEqual(['after it', 'during the start', 'topic-99'])
  expect(second.audit.entries().at(-1)).toEqual(first.audit.entries().at(-1))
  const ids = second.audit.entries().map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted((one, other) => other - one))
  expect(new Set(ids).size).toBe(102)

  const third = broker(log)
  await third.begin()
  expect(third.subjects()).toEqual(second.subjects())
})

test('the parts of a change come back as such, and what does not say is whole', async () => {
  const log = memoryLog()
  const first = broker(log)
  await first.begin()
  first.audit.noteParts([change('a'), change('b')], actor)
  await first.kept.stop()
  const old = { id: 7, at: 7, actor, ...change('old') }
  await log.records.append(0, encodeBatch([{ key: Buffer.alloc(0), value: Buffer.from(JSON.stringify(old)) }], 0))
  const second = broker(log)
  await second.begin()
  expect(second.audit.entries().map(({ subject, part, parts }) => [subject, part, parts])).toEqual([
    ['old', 1, 1],
    ['b', 2, 2],
    ['a', 1, 2],
  ])
})

test('no more come back than the list holds', async () => {
  const log = memoryLog()
  const first = broker(log)
  await first.begin()
  for (let at = 0; at < 10_050; at++) first.audit.note(change(`topic-${at}`), actor)
  await first.kept.stop()
  const second = broker(log)
  await second.begin()
  expect(second.audit.entries()).toHaveLength(10_000)
  expect(second.subjects().at(0)).toBe('topic-10049')
})

test('what cannot be written is tried again, and in order', async () => {
  const log = memoryLog()
  const { audit, kept, begin, clock } = broker(log)
  await begin()
  log.refuse(1)
  audit.note(change('one'), actor)
  // The attempt is over once the timer of the next one is there.
  while (clock.pendingTimers === 0) await Promise.resolve()
  audit.note(change('two'), actor)
  expect(log.batches).toHaveLength(0)
  clock.advance(5000)
  await kept.stop()
  const again = broker(log)
  await again.begin()
  expect(again.subjects()).toEqual(['two', 'one'])
})

test('records of another form are left out', async () => {
  const log = memoryLog()
  const first = broker(log)
  await first.begin()
  first.audit.note(change('one'), actor)
  await first.kept.stop()
  for (const text of ['{"id":"x"}', 'no JSON', 'null'])
    await log.records.append(0, encodeBatch([{ key: Buffer.alloc(0), value: Buffer.from(text) }], 0))
  first.audit.note(change('two'), null)
  await first.kept.stop()
  const second = broker(log)
  await second.begin()
  expect(second.subjects()).toEqual(['two', 'one'])
})

test('nothing is written before the start has ended, and nothing where it failed', async () => {
  const log = memoryLog()
  const { audit, kept, asked } = broker(log)
  audit.note(change('one'), actor)
  await kept.stop()
  expect(log.batches).toHaveLength(0)
  expect(asked()).toBe(0)
})
