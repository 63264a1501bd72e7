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

test('levels change while running: one component, or all without a level of their own', () => {
  const lines: string[] = []
  const logger = createLogger({ destination: { write: (line: string) => void lines.push(line) } })
  const [groups, engine] = [logger.child('groups'), logger.child('engine')]
  const debugAll = (): number => {
    lines.length = 0
    for (const each of [logger, groups, engine]) each.debug({}, 'shown or not')
    return lines.length
  }
  logger.levels.set('groups', 'debug')
  expect(debugAll()).toBe(1)
  logger.levels.set('root', 'debug')
  expect(debugAll()).toBe(3)
  logger.levels.set('groups', 'warn')
  logger.levels.set('root', 'trace')
  expect(Object.fromEntries(logger.levels.all())).toEqual({ root: 'trace', groups: 'warn', engine: 'trace' })
  logger.levels.unset('groups')
  expect(logger.child('groups').levels.all().get('groups')).toBe('trace')
})
