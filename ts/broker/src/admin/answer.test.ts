import { expect, it } from 'vitest'
import { createLogger } from '../base/logger.ts'
import { systemClock } from '../base/clock.ts'
import { createAnswer } from './answer.ts'
import { createAuth } from './auth.ts'
import type { BrokerStatus } from './status.ts'
import { createPartitionCounts } from './vitals.ts'

// Levels as pino numbers them.
const DEBUG = 20
const ERROR = 50

/** What a broker that starts answers, and what its log has of it. */
const asked = async (path: string, status: () => BrokerStatus) => {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>)
  const answer = createAnswer({
    version: '1',
    logger: createLogger({ level: 'debug', destination: { write } }),
    auth: createAuth(() => undefined, systemClock),
    checkHost: () => undefined,
    counts: createPartitionCounts(),
    status,
    running: () => null,
  })
  const head = { method: 'GET', query: '', headers: {}, address: '127.0.0.1', body: Buffer.alloc(0) }
  const { status: code, body } = await answer({ ...head, id: 'of-a-test', path })
  return { code, told: JSON.parse(body as string) as Record<string, unknown>, lines }
}

const recovery = { phase: 'recovering', logs: 0, logsDone: 0 } as unknown as BrokerStatus['recovery']

it('a refusal has the id of its request, by which the log tells of it where it tells much', async () => {
  const refused = await asked('/api/v1/topics', () => ({ state: 'starting', recovery }))
  expect(refused).toMatchObject({ code: 503, told: { code: 'NOT_READY', request: 'of-a-test' } })
  expect(refused.lines).toMatchObject([{ level: DEBUG, request: 'of-a-test', path: '/api/v1/topics' }])
})

it('a defect is in the log, with the id that was answered', async () => {
  const failed = await asked('/livez', () => {
    throw new Error('a defect')
  })
  const hint = 'The log of the broker has the cause. It was request of-a-test.'
  expect(failed).toMatchObject({ code: 500, told: { code: 'DEFECT', hint, request: 'of-a-test' } })
  expect(failed.lines).toMatchObject([{ level: ERROR, request: 'of-a-test', err: { message: 'a defect' } }])
})
