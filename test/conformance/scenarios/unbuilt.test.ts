// What Millrace does not have is not advertised: clients fall back to what there is, or say what they miss. Kafka has it all.
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { apiVersions } from 'millrace/messages/18-api-versions.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { errorName } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker, targetName } from '../../harness/broker.ts'
import { headed, Peer } from '../../harness/peer.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { unbuilt } from './rows.ts'

/** The API keys of each row. */
const keys: Readonly<Record<number, readonly number[]>> = {
  15: [26, 27],
  16: [24, 25, 28],
  41: [68],
  42: [69],
  45: [48, 49],
  48: [17, 36],
  49: [50, 51],
  50: [29, 30, 31],
  51: [71, 72],
  52: [76, 77, 78, 79],
  53: [65, 66],
}

const onMillrace = test.skipIf(targetName === 'kafka')

let broker: Broker | undefined
beforeAll(async () => {
  broker = await startBroker({ target: 'millrace' })
})
afterAll(() => broker?.stop())

const open = (): Promise<Peer> => Peer.open(broker?.port ?? 0)

onMillrace.each(Object.entries(keys).filter(([row]) => Number(row) in unbuilt))(
  'row %s: keys %j',
  async (_, absent) => {
    const on = await open()
    const { apiKeys } = await on.call(apiVersions, 0, {})
    expect(apiKeys.filter(({ apiKey }) => absent.includes(apiKey))).toEqual([])
    for (const key of absent) {
      const asking = await open()
      asking.frame(headed(key, 0, Buffer.alloc(0), { flexible: true }))
      expect((await asking.outcome()).kind).toBe('closed')
    }
    on.close()
  },
)

onMillrace('what a transaction begins with is refused for good', async () => {
  const on = await open()
  await readyCoordinator(on, 'any')
  const found = await on.call(findCoordinator, 4, { keyType: 1, coordinatorKeys: ['transactional'] })
  expect(found.coordinators.map(({ errorCode }) => errorName(errorCode))).toEqual(['INVALID_REQUEST'])
  const { errorCode } = await on.call(initProducerId, 5, {
    transactionalId: 'transactional',
    transactionTimeoutMs: 1000,
  })
  expect(errorName(errorCode)).toBe('INVALID_REQUEST')
  on.close()
})
