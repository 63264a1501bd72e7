/**
 * DeleteTopics. Up to version 5 topics come as names, from 6 on by name or by id; before 3 a client does not know
 * that deletion may be switched off.
 */
import { BrokerError } from '../base/errors.ts'
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { actorOf, type Handler } from '../dispatch/context.ts'
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../messages/20-delete-topics.ts'
import { deleteTopics } from '../topics/delete.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_DELETION_DISABLED = 3

export const handleDeleteTopics =
  ({ cluster, configs }: Pick<Services, 'cluster' | 'configs'>): Handler<DeleteTopicsRequest, DeleteTopicsResponse> =>
  async (context, { topics, topicNames }) => {
    const values = configs.values(cluster.image())
    if (!values['delete.topic.enable']) {
      if (context.apiVersion >= FIRST_WITH_DELETION_DISABLED) throw new BrokerError('TOPIC_DELETION_DISABLED')
      throw new BrokerError('INVALID_REQUEST', 'Topic deletion is disabled.')
    }
    const references = [...topics, ...topicNames.map((name) => ({ name, topicId: ZERO_TOPIC_ID }))]
    const results = await cluster.run((image) => deleteTopics(image, references, values), actorOf(context))
    return {
      throttleTimeMs: 0,
      responses: results.map(({ name, topicId, error }) => ({
        name,
        topicId,
        errorCode: errorCode(error?.code ?? 'NONE'),
        errorMessage: error?.message ?? null,
      })),
    }
  }
