/** CreatePartitions: the versions differ in their encoding alone, as no quota throttles it yet. */
import { actorOf, type Handler } from '../dispatch/context.ts'
import type { CreatePartitionsRequest, CreatePartitionsResponse } from '../messages/37-create-partitions.ts'
import { createPartitions } from '../topics/partitions.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleCreatePartitions =
  ({
    cluster,
    configs,
  }: Pick<Services, 'cluster' | 'configs'>): Handler<CreatePartitionsRequest, CreatePartitionsResponse> =>
  async (context, { topics, validateOnly }) => {
    const results = await cluster.run((image) => {
      const decision = createPartitions(image, topics, configs.values(image))
      return validateOnly ? { ...decision, changes: [] } : decision
    }, actorOf(context))
    return {
      throttleTimeMs: 0,
      results: results.map(({ name, error }) => ({
        name,
        errorCode: errorCode(error?.code ?? 'NONE'),
        errorMessage: error?.message ?? null,
      })),
    }
  }
