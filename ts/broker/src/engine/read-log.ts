/** A log of an engine, read on whatever thread this is: the engine belongs to the one that opened it, its logs to all. */
import { BrokerError, messageOf } from '../base/errors.ts'
import type { TopicId } from '../base/ids.ts'
import { errorName } from '../wire/errors.ts'
import { loadNative, type ReadAnswer } from './native.ts'

/**
 * Whole batches, in memory of the caller where they have room. Waits for the disk: not for a thread that others wait for. `engine` is
 * `Engine.number`.
 */
export const readLog = (
  engine: number,
  topicId: TopicId,
  partition: number,
  offset: number,
  memory: Buffer,
): Buffer => {
  try {
    const { errorCode, bytes, apart } = loadNative().readLog(engine, topicId, partition, offset, memory)
    return batchesOf({ errorCode, batches: apart ?? memory.subarray(0, bytes) })
  } catch (thrown) {
    if (thrown instanceof BrokerError) throw thrown
    throw new BrokerError('KAFKA_STORAGE_ERROR', messageOf(thrown), { cause: thrown })
  }
}

export const batchesOf = ({ errorCode, batches }: ReadAnswer): Buffer => {
  if (errorCode !== 0) throw new BrokerError(errorName(errorCode))
  return batches
}
