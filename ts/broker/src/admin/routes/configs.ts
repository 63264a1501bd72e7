/** A resolved configuration as the API shows it. */
import { isSensitive } from '../../configs/definitions.ts'
import type { ResolvedConfig, ResolvedConfigs } from '../../configs/resolve.ts'
import type { Output } from '../contract.ts'

type Config = Output<'topicConfigs'>['items'][number]

/** By name. */
export const configRows = (resolved: ResolvedConfigs, isReadOnly: (config: ResolvedConfig) => boolean): Config[] =>
  [...resolved]
    .map(([name, config]) => row(name, config, isReadOnly(config)))
    .sort((left, right) => (left.name < right.name ? -1 : 1))

const row = (name: string, config: ResolvedConfig, readOnly: boolean): Config => {
  const { definition, value, source } = config
  const { type, doc, without, onlyAtStart } = definition
  return {
    name,
    value,
    default: definition.default,
    source,
    type,
    changed: source !== 'default',
    sensitive: isSensitive(definition),
    readOnly,
    doc,
    withoutEffect: without ?? onlyAtStart,
  }
}
