import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import type { LogFields, Logger } from '../base/logger.ts'
import { createRefusalLog } from './refusals.ts'

test('one line a minute for each kind of stranger', () => {
  const clock = manualClock()
  const lines: LogFields[] = []
  const logger = { warn: (fields: LogFields) => lines.push(fields) } as unknown as Logger
  const tell = createRefusalLog(logger, clock)
  const refused = (reason: string): void => tell({ type: 'connection-refused', clientAddress: 'a', reason })
  for (let at = 0; at < 5; at += 1) refused('HTTP on a Kafka port')
  refused('TLS on a plain text port')
  refused('closed for being idle')
  tell({ type: 'connection-closed', connectionId: 1 })
  expect(lines).toEqual([
    { client: 'a', more: 0 },
    { client: 'a', more: 0 },
  ])
  clock.advance(60_000)
  refused('HTTP on a Kafka port')
  expect(lines.at(-1)).toEqual({ client: 'a', more: 4 })
})
