// One broker for a file of tests of the command line, and `millrace` told where it is.
import { afterAll, beforeAll } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { type Ended, millrace, type MillraceOptions } from '../../harness/millrace.ts'

export interface Cluster {
  readonly broker: Broker
  readonly cli: (args: string, options?: MillraceOptions) => Promise<Ended>
}

/** Arguments are cut at spaces. */
export const useCluster = (): Cluster => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker({ overrides: { 'auto.create.topics.enable': 'false' } })
  })
  afterAll(async () => {
    await broker.stop()
  })
  return {
    get broker() {
      return broker
    },
    cli: (args, options = {}) =>
      millrace(args.split(' '), {
        ...options,
        environment: { MILLRACE_BOOTSTRAP: broker.bootstrap, MILLRACE_TIMEOUT: '60s', ...options.environment },
      }),
  }
}

export const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
