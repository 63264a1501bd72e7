/** The side of the message browser that runs in threads of their own. Logs are read by the thread that has the engine. */
import { getPriority, setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { BrokerError } from '../base/errors.ts'
import type { ErrorCode } from '../base/error-codes.ts'
import type { ReadLog } from './partition-reader.ts'
import { readSlice, type SliceAnswer, type SliceQuery } from './slice.ts'

export interface Task {
  readonly query: SliceQuery
  /** Takes `Wanted`, answers `Given`. */
  readonly port: MessagePort
}

/** A failure as a value: an error that goes from thread to thread keeps its message and nothing else. */
export type Answer = SliceAnswer | { readonly code: ErrorCode; readonly message: string }

export interface Wanted {
  readonly id: number
  readonly partition: number
  readonly offset: number
  readonly bytesMax: number
}

export interface Given {
  readonly id: number
  /** Null where there is a code. */
  readonly batches: Uint8Array | null
  readonly code: ErrorCode | null
}

/** About a tenth of a processor where others want it as well. */
const NICE = 10

// Of this thread alone, as Linux has it: whoever produces and consumes goes first.
setPriority(Math.max(getPriority(), NICE))

export const slice = async ({ query, port }: Task): Promise<Answer> => {
  try {
    return await readSlice(query, readOver(port))
  } catch (thrown) {
    if (thrown instanceof BrokerError) return { code: thrown.code, message: thrown.message }
    throw thrown
  } finally {
    port.close()
  }
}

const readOver = (port: MessagePort): ReadLog => {
  const waiting = new Map<number, (given: Given) => void>()
  let lastId = 0
  port.on('message', (given: Given) => {
    waiting.get(given.id)?.(given)
    waiting.delete(given.id)
  })
  return async (partition, offset, bytesMax) => {
    const id = ++lastId
    const { batches, code } = await new Promise<Given>((resolve) => {
      waiting.set(id, resolve)
      port.postMessage({ id, partition, offset, bytesMax } satisfies Wanted)
    })
    if (batches === null) throw new BrokerError(code ?? 'UNKNOWN_SERVER_ERROR')
    return Buffer.from(batches.buffer, batches.byteOffset, batches.byteLength)
  }
}
