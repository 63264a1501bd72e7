/** What the two APIs that alter configs have in common, and the word about settings that change nothing. */
import type { Logger } from '../base/logger.ts'
import type { Actor } from '../cluster/actor.ts'
import { resourceTypes } from '../cluster/config-resources.ts'
import type { ConfigScope } from '../configs/definitions.ts'
import { withoutEffect } from '../configs/without-effect.ts'
import { alterConfigs, type Alteration, type AlterResult } from '../topics/alter-configs.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export type Altering = Pick<Services, 'cluster' | 'configs' | 'logger'>

export interface NamedAlteration extends Alteration {
  /** The keys that get a value. */
  readonly names: readonly string[]
}

const scopes: Readonly<Record<number, ConfigScope>> = {
  [resourceTypes.topic]: 'topic',
  [resourceTypes.broker]: 'broker',
  [resourceTypes.clientMetrics]: 'client-metrics',
  [resourceTypes.group]: 'group',
}

export const alterAndTell = async (
  { cluster, configs, logger }: Altering,
  alterations: readonly NamedAlteration[],
  validateOnly: boolean,
  actor: Actor,
) => {
  const results = await cluster.run((image) => {
    const decision = alterConfigs(image, cluster.brokerId, configs.inForce(image), alterations)
    return validateOnly ? { ...decision, changes: [] } : decision
  }, actor)
  results.forEach(({ resourceType, resourceName, error }, index) => {
    const scope = scopes[resourceType]
    if (validateOnly || error !== null || scope === undefined) return
    tellWithoutEffect(logger, scope, resourceName, alterations[index]?.names ?? [])
  })
  return results.map(alterReply)
}

/** One line for the settings of a resource that are accepted and change nothing. */
export const tellWithoutEffect = (
  logger: Logger,
  scope: ConfigScope,
  resource: string,
  names: readonly string[],
): void => {
  const idle = withoutEffect(scope, names, 'while running')
  if (idle.length === 0) return
  const keys = Object.fromEntries(idle.map(({ name, why }) => [name, why]))
  logger.warn({ scope, resource, keys }, 'settings were accepted that have no effect here')
}

/** The same in both APIs that alter configs. */
export const alterReply = ({ resourceType, resourceName, error }: AlterResult) => ({
  errorCode: errorCode(error?.code ?? 'NONE'),
  errorMessage: error?.message ?? null,
  resourceType,
  resourceName,
})
