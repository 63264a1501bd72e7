/**
 * InitProducerId: an id for an idempotent or transactional producer.
 *
 * v2 flexible; v3 a producer may name the id it had; v4 PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH;
 * v5 TRANSACTION_ABORTABLE.
 */
import { int16, int32, int64, string } from '../wire/primitives.ts'
import { api, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const initProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 5],
  flexible: 2,
  request: struct({
    transactionalId: nullable(string),
    transactionTimeoutMs: int32,
    producerId: since(3, int64, -1),
    producerEpoch: since(3, int16, -1),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: since(0, int64, -1),
    producerEpoch: int16,
  }),
})

export type InitProducerIdRequest = Infer<typeof initProducerId.request>
export type InitProducerIdResponse = Draft<typeof initProducerId.response>
