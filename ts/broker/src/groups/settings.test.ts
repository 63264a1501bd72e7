import { expect, test } from 'vitest'
import { brokerValues } from '../configs/resolve.ts'
import { groupSettings } from './settings.ts'

test('each key goes to its setting, minutes as milliseconds', () => {
  const keys = {
    'group.min.session.timeout.ms': '1',
    'group.max.session.timeout.ms': '2',
    'group.initial.rebalance.delay.ms': '3',
    'group.max.size': '4',
    'offset.metadata.max.bytes': '5',
    'offsets.retention.minutes': '6',
    'offsets.retention.check.interval.ms': '7',
  }
  const layers = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: new Map(Object.entries(keys)) }
  expect(Object.values(groupSettings(brokerValues(layers)))).toEqual([1, 2, 3, 4, 5, 360_000, 7])
})
