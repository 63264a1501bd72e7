import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'

test('a line is JSON with level, component, fields and message', () => {
  const lines: string[] = []
  const logger = createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } })
  logger.child('groups').warn({ group: 'g' }, 'slow')
  logger.debug({}, 'not shown')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40, component: 'groups', group: 'g', msg: 'slow' })
})
