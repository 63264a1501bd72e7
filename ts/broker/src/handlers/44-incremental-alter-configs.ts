/** IncrementalAlterConfigs: the versions differ in their encoding alone. */
import { BrokerError } from '../base/errors.ts'
import { alterIncrementally, type ConfigChange, type ConfigOperation } from '../configs/alter.ts'
import { actorOf, type Handler } from '../dispatch/context.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../messages/44-incremental-alter-configs.ts'
import type { AlterResult } from '../topics/alter-configs.ts'
import { alterAndTell, type Altering, alterReply, type NamedAlteration } from './altering.ts'
import { alterLoggers, isLogger } from './loggers.ts'

const operations: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']
const DELETE = operations.indexOf('delete')

type Resource = IncrementalAlterConfigsRequest['resources'][number]

export const handleIncrementalAlterConfigs =
  (services: Altering): Handler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> =>
  async (context, { resources, validateOnly }) => {
    // Levels of loggers are this process's own: nothing is committed for them.
    const others = resources.filter(({ resourceType }) => !isLogger(resourceType))
    const altered = await alterAndTell(services, others.map(alteration), validateOnly, actorOf(context))
    const replies = new Map(others.map((resource, index) => [resource, altered[index]]))
    return {
      throttleTimeMs: 0,
      responses: resources.map(
        (resource) => replies.get(resource) ?? alterReply(loggersOf(services, resource, resources, validateOnly)),
      ),
    }
  }

const loggersOf = (
  { cluster, logger }: Altering,
  resource: Resource,
  all: readonly Resource[],
  validateOnly: boolean,
): AlterResult => {
  const { resourceType, resourceName, configs } = resource
  try {
    if (all.filter((one) => isLogger(one.resourceType) && one.resourceName === resourceName).length > 1) {
      throw new BrokerError('INVALID_REQUEST', 'Each resource must appear at most once.')
    }
    alterLoggers(logger.levels, cluster.brokerId, resourceName, configs.map(configChange), validateOnly)
    return { resourceType, resourceName, error: null }
  } catch (thrown) {
    if (!(thrown instanceof BrokerError)) throw thrown
    return { resourceType, resourceName, error: thrown }
  }
}

const alteration = ({ configs, ...resource }: Resource): NamedAlteration => ({
  ...resource,
  names: configs.filter(({ configOperation }) => configOperation !== DELETE).map(({ name }) => name),
  apply: (target, current) => alterIncrementally(target, current, configs.map(configChange)),
})

const configChange = ({ name, value, configOperation }: Resource['configs'][number]): ConfigChange => {
  const operation = operations[configOperation]
  if (operation === undefined) throw new BrokerError('INVALID_REQUEST', `Unknown operations type ${configOperation}`)
  return { name, value, operation }
}
