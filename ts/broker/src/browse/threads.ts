/** The threads of the message browser, made when they are first needed: what they are made of takes a moment to load. */
import { BrokerError } from '../base/errors.ts'
import type { TopicId } from '../base/ids.ts'
import type { SliceAnswer, SliceQuery } from './slice.ts'

export interface Threads {
  /** Throws what a log cannot be read for, and `SliceRefused`. */
  slice(topicId: TopicId, query: SliceQuery): Promise<SliceAnswer>
  /** Ends all; what is under way rejects. */
  stop(): Promise<void>
}

export class SliceRefused extends Error {
  override readonly name = 'SliceRefused'
  readonly why: 'busy' | 'tooSlow'

  constructor(why: 'busy' | 'tooSlow') {
    super(why)
    this.why = why
  }
}

export const threadsWhenNeeded = (engine: number): Threads => {
  let made: Promise<Threads> | undefined
  let isStopped = false

  const make = async (): Promise<Threads> => {
    const { createPool } = await import('./pool.ts')
    return createPool(engine)
  }
  return {
    async slice(topicId, query) {
      if (isStopped) throw new BrokerError('BROKER_NOT_AVAILABLE')
      made ??= make()
      return (await made).slice(topicId, query)
    },
    async stop() {
      isStopped = true
      await (await made)?.stop()
    },
  }
}
