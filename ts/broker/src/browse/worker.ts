/** The side of the message browser that runs in threads of their own. */
import { getPriority, setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { BrokerError } from '../base/errors.ts'
import type { ErrorCode } from '../base/error-codes.ts'
import type { TopicId } from '../base/ids.ts'
import { readLog } from '../engine/read-log.ts'
import { MEMORY_BYTES, readSlice, type SliceAnswer, type SliceQuery } from './slice.ts'

export interface Task {
  /** `Engine.number`. */
  readonly engine: number
  readonly topicId: TopicId
  readonly query: SliceQuery
  /** Hears that it begins. */
  readonly port: MessagePort
}

/** A failure as a value: an error that goes from thread to thread keeps its message and nothing else. */
export type Answer = SliceAnswer | { readonly code: ErrorCode; readonly message: string }

/** About a tenth of a processor where others want it as well. */
const NICE = 10

// Of this thread alone, as Linux has it: whoever produces and consumes goes first.
setPriority(Math.max(getPriority(), NICE))

/** Kept, since what comes and goes has the garbage collector at work, whose threads have the normal priority. One slice runs at a time. */
const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES)

export const slice = async ({ engine, topicId, query, port }: Task): Promise<Answer> => {
  port.postMessage(null)
  try {
    return await readSlice(query, async (...asked) => readLog(engine, topicId, ...asked), memory)
  } catch (thrown) {
    if (thrown instanceof BrokerError) return { code: thrown.code, message: thrown.message }
    throw thrown
  } finally {
    port.close()
  }
}
