/** IncrementalAlterConfigs: the versions differ in their encoding alone. */
import { BrokerError } from '../base/errors.ts'
import { alterIncrementally, type ConfigChange, type ConfigOperation } from '../configs/alter.ts'
import type { Handler } from '../dispatch/context.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../messages/44-incremental-alter-configs.ts'
import { alterConfigs, type Alteration } from '../topics/alter-configs.ts'
import { alterReply } from './33-alter-configs.ts'
import type { Services } from './services.ts'

const operations: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']

type Resource = IncrementalAlterConfigsRequest['resources'][number]

export const handleIncrementalAlterConfigs =
  ({ cluster }: Pick<Services, 'cluster'>): Handler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> =>
  async (_context, { resources, validateOnly }) => {
    const alterations = resources.map(alteration)
    const results = await cluster.run((image) => {
      const decision = alterConfigs(image, cluster.brokerId, alterations)
      return validateOnly ? { ...decision, changes: [] } : decision
    })
    return { throttleTimeMs: 0, responses: results.map(alterReply) }
  }

const alteration = ({ configs, ...resource }: Resource): Alteration => ({
  ...resource,
  apply: (target, current) => alterIncrementally(target, current, configs.map(configChange)),
})

const configChange = ({ name, value, configOperation }: Resource['configs'][number]): ConfigChange => {
  const operation = operations[configOperation]
  if (operation === undefined) throw new BrokerError('INVALID_REQUEST', `Unknown operations type ${configOperation}`)
  return { name, value, operation }
}
