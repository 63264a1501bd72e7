import { expect, test } from 'vitest'
import { advertisedApis, apiName, apis, findApi } from './index.ts'

test('each api is found by its key', () => {
  for (const [name, api] of Object.entries(apis)) {
    expect(findApi(api.key)).toBe(api)
    expect(apiName(api.key)).toBe(name)
  }
  expect(findApi(9999)).toBeUndefined()
})

test('what is advertised is in order of keys, each with a range', () => {
  expect(advertisedApis.map(({ key }) => key)).toEqual([
    0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 42, 44, 47, 60, 61, 74,
  ])
  for (const { min, max } of advertisedApis) expect(min).toBeLessThanOrEqual(max)
})

test('produce is advertised from 0 although 0 to 2 are refused', () => {
  expect(advertisedApis[0]).toEqual({ key: 0, min: 0, max: 13 })
  expect(apis.produce.versions).toEqual([3, 13])
})
