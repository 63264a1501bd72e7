// One broker for a file of tests of the command line, and `millrace` told where it is. Arguments are cut at spaces.
import { afterAll, beforeAll } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { type Ended, millrace, type MillraceOptions, millraceProcess } from '../../harness/millrace.ts'

type Call = (args: string, options?: MillraceOptions) => Promise<Ended>

export interface Cluster {
  readonly broker: Broker
  /** In this process. */
  readonly cli: Call
  /** In a process of its own. */
  readonly shell: Call
  readonly environment: () => Readonly<Record<string, string>>
}

export const useCluster = (): Cluster => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker({ overrides: { 'auto.create.topics.enable': 'false' } })
  })
  afterAll(async () => {
    await broker.stop()
  })
  const environment = () => ({ MILLRACE_BOOTSTRAP: broker.bootstrap, MILLRACE_TIMEOUT: '60s' })
  const called =
    (start: (args: readonly string[], options: MillraceOptions) => Promise<Ended>): Call =>
    (args, options = {}) =>
      start(args.split(' '), { ...options, environment: { ...environment(), ...options.environment } })
  return {
    get broker() {
      return broker
    },
    cli: called(millrace),
    shell: called(millraceProcess),
    environment,
  }
}

export const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
