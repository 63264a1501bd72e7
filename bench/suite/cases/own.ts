// What cases share that start brokers themselves.
import { type Setting, type Taken } from '../case.ts'
import { type BrokerServer, startOwn } from '../server.ts'
import { machineClock, stealSince } from '../system.ts'

type StartOptions = Parameters<typeof startOwn>[1]

/** A broker of the shape of the column, while all others stand still. */
export const ownBroker = async ({ lab, column }: Setting, options: StartOptions = {}): Promise<BrokerServer> => {
  lab.quiet()
  if (column.process === 'null broker') throw new Error('the null broker keeps nothing')
  return startOwn(column.process, options)
}

/** A measurement without a load of its own. */
export const withoutLoad = async (
  work: () => Promise<Pick<Taken, 'values' | 'voidBecause' | 'memory'>>,
): Promise<Taken> => {
  const clock = machineClock()
  const done = await work()
  return { ...done, clientCpuSeconds: 0, clientIsLimit: false, steal: stealSince(clock) }
}

/** Milliseconds that something took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await work()
  return performance.now() - from
}
