// One broker for all tests of a file, started before the first and stopped after the last.
import { afterAll, beforeAll } from 'vitest'
import { type Broker, type BrokerOptions, startBroker } from './broker.ts'

/** Answers how to get at the broker from within a test. */
export const fileBroker = (options: BrokerOptions = {}): (() => Broker) => {
  let broker: Broker | undefined
  beforeAll(async () => {
    broker = await startBroker(options)
  })
  afterAll(() => broker?.stop())
  return () => {
    if (broker === undefined) throw new Error('the broker did not start')
    return broker
  }
}
