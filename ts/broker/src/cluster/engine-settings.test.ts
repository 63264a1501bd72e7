import { expect, it } from 'vitest'
import { brokerValues } from '../configs/resolve.ts'
import { engineSettings } from './engine-settings.ts'

const cleaner = (values: Readonly<Record<string, string>>) =>
  engineSettings(
    brokerValues({ static: new Map(Object.entries(values)), dynamicDefault: new Map(), dynamicBroker: new Map() }),
  ).cleaner

it('tells the engine how to compact', () => {
  const usual = { threads: 1, mapBytes: 134_217_728, bytesPerSecond: Number.MAX_VALUE, backoffMs: 15_000 }
  expect(cleaner({})).toEqual(usual)
  expect(cleaner({ 'log.cleaner.threads': '3' })).toEqual({ ...usual, threads: 3 })
  expect(cleaner({ 'log.cleaner.threads': '3', 'log.cleaner.enable': 'false' })).toEqual({ ...usual, threads: 0 })
  expect(cleaner({ 'log.cleaner.dedupe.buffer.size': '5000000' })).toEqual({ ...usual, mapBytes: 5_000_000 })
  expect(cleaner({ 'log.cleaner.io.max.bytes.per.second': '1e6' })).toEqual({ ...usual, bytesPerSecond: 1e6 })
  expect(cleaner({ 'log.cleaner.backoff.ms': '20' })).toEqual({ ...usual, backoffMs: 20 })
})
