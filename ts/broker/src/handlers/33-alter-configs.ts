/**
 * AlterConfigs: the versions differ in their encoding alone. Each resource gets exactly the set that is given; clients
 * use IncrementalAlterConfigs, which edits, where they can.
 */
import { replaceAll } from '../configs/alter.ts'
import type { Handler } from '../dispatch/context.ts'
import type { AlterConfigsRequest, AlterConfigsResponse } from '../messages/33-alter-configs.ts'
import { alterConfigs, type AlterResult } from '../topics/alter-configs.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleAlterConfigs =
  ({ cluster }: Pick<Services, 'cluster'>): Handler<AlterConfigsRequest, AlterConfigsResponse> =>
  async (_context, { resources, validateOnly }) => {
    const alterations = resources.map(({ configs, ...resource }) => ({
      ...resource,
      apply: (target: Parameters<typeof replaceAll>[0]) => replaceAll(target, configs),
    }))
    const results = await cluster.run((image) => {
      const decision = alterConfigs(image, cluster.brokerId, alterations)
      return validateOnly ? { ...decision, changes: [] } : decision
    })
    return { throttleTimeMs: 0, responses: results.map(alterReply) }
  }

/** The same in both APIs that alter configs. */
export const alterReply = ({ resourceType, resourceName, error }: AlterResult) => ({
  errorCode: errorCode(error?.code ?? 'NONE'),
  errorMessage: error?.message ?? null,
  resourceType,
  resourceName,
})
