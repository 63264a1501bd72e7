/** Questions to single partitions, answered off the JavaScript thread; each answer carries its own error code. */
import { BrokerError, messageOf } from '../base/errors.ts'
import type { NativeEngine } from './native.ts'

type QueryName = 'listOffsets' | 'epochEnds' | 'deleteRecords' | 'producers' | 'logOffsets' | 'recordTimes' | 'logDirs'

export type Queries = Pick<NativeEngine, QueryName>

export const createQueries = (native: NativeEngine): Queries => ({
  listOffsets: (queries) => storage(native.listOffsets(queries)),
  epochEnds: (queries) => storage(native.epochEnds(queries)),
  deleteRecords: (queries) => storage(native.deleteRecords(queries)),
  producers: (queries) => storage(native.producers(queries)),
  logOffsets: (queries) => storage(native.logOffsets(queries)),
  recordTimes: (queries) => storage(native.recordTimes(queries)),
  logDirs: () => storage(native.logDirs()),
})

/** What fails as a whole failed in the engine's storage. */
export const storage = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
  try {
    return await answer
  } catch (error) {
    throw new BrokerError('KAFKA_STORAGE_ERROR', messageOf(error), {
      cause: error,
    })
  }
}
