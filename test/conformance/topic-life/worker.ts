// One that works on a topic by its id until that fails, and then asks what the topic is now, as clients do.
import { metadata } from 'millrace/messages/03-metadata.js'
import { expect } from 'vitest'
import { GiveUp } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import type { TopicRef } from '../scenarios/requests.ts'

/** Does the piece of work number `count` and answers the code; throws at what must not be. */
export type Step = (on: Peer, topic: TopicRef, count: number) => Promise<string>

/** Instead of a code: the piece is not there to be done. */
export const NOTHING_YET = 'nothing yet'

/** What tells that the topic is another one now. */
const GONE: readonly string[] = [
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INCONSISTENT_TOPIC_ID',
  'NOT_LEADER_OR_FOLLOWER',
]

export interface Worker {
  /** Pieces of work done on a topic. Throws when the worker has failed. */
  readonly count: (topic: TopicRef) => number
  readonly end: () => Promise<void>
}

export const startWorker = (port: number, name: string, step: Step): Worker => {
  const done = new Map<string, number>()
  const ending = new AbortController()
  let failure: Error | undefined

  const workOn = async (on: Peer, topic: TopicRef): Promise<void> => {
    while (!ending.signal.aborted) {
      const count = done.get(topic.id) ?? 0
      const code = await step(on, topic, count)
      if (code === 'NONE') done.set(topic.id, count + 1)
      else if (code !== NOTHING_YET) {
        expect(GONE).toContain(code)
        return
      }
    }
  }

  const run = async (): Promise<void> => {
    const on = await Peer.open(port)
    try {
      while (!ending.signal.aborted) {
        const { topics } = await on.call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
        const [found] = topics
        if (found?.errorCode === 0) await workOn(on, { name, id: found.topicId })
      }
    } finally {
      on.close()
    }
  }

  const work = run().catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  return {
    count: ({ id }) => {
      if (failure !== undefined) throw new GiveUp(failure.message, { cause: failure })
      return done.get(id) ?? 0
    },
    end: async () => {
      ending.abort()
      await work
      if (failure !== undefined) throw failure
    },
  }
}
