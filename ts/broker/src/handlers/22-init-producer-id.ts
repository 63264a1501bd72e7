/**
 * InitProducerId, for idempotent producers. Since version 3 a producer may name the id and epoch it had; without a
 * transactional id that changes nothing, it gets a new id. Transactions are not here yet: a transactional id, the empty
 * one included, is refused.
 */
import type { Handler } from '../dispatch/context.ts'
import type { InitProducerIdRequest, InitProducerIdResponse } from '../messages/22-init-producer-id.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const NONE = -1
const FIRST_EPOCH = 0

export const handleInitProducerId =
  ({ producerIds }: Pick<Services, 'producerIds'>): Handler<InitProducerIdRequest, InitProducerIdResponse> =>
  async (_context, { transactionalId, producerId, producerEpoch }) => {
    const isContradiction = (producerId === NONE) !== (producerEpoch === NONE)
    if (isContradiction || transactionalId !== null) {
      return { throttleTimeMs: 0, errorCode: errorCode('INVALID_REQUEST'), producerId: NONE, producerEpoch: NONE }
    }
    return { throttleTimeMs: 0, errorCode: 0, producerId: await producerIds.next(), producerEpoch: FIRST_EPOCH }
  }
