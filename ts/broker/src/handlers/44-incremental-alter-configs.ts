/** IncrementalAlterConfigs: the versions differ in their encoding alone. */
import { BrokerError } from '../base/errors.ts'
import { alterIncrementally, type ConfigChange, type ConfigOperation } from '../configs/alter.ts'
import type { Handler } from '../dispatch/context.ts'
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '../messages/44-incremental-alter-configs.ts'
import { alterAndTell, type Altering, type NamedAlteration } from './altering.ts'

const operations: readonly ConfigOperation[] = ['set', 'delete', 'append', 'subtract']
const DELETE = operations.indexOf('delete')

type Resource = IncrementalAlterConfigsRequest['resources'][number]

export const handleIncrementalAlterConfigs =
  (services: Altering): Handler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> =>
  async (_context, { resources, validateOnly }) => ({
    throttleTimeMs: 0,
    responses: await alterAndTell(services, resources.map(alteration), validateOnly),
  })

const alteration = ({ configs, ...resource }: Resource): NamedAlteration => ({
  ...resource,
  names: configs.filter(({ configOperation }) => configOperation !== DELETE).map(({ name }) => name),
  apply: (target, current, inForce) => alterIncrementally(target, current, configs.map(configChange), inForce),
})

const configChange = ({ name, value, configOperation }: Resource['configs'][number]): ConfigChange => {
  const operation = operations[configOperation]
  if (operation === undefined) throw new BrokerError('INVALID_REQUEST', `Unknown operations type ${configOperation}`)
  return { name, value, operation }
}
