/** The loggers of this broker as DescribeConfigs and IncrementalAlterConfigs know them: a level for each component. */
import { BrokerError } from '../base/errors.ts'
import { type LogLevel, type LogLevels, logLevels, ROOT_LOGGER } from '../base/logger.ts'
import type { BrokerId } from '../base/ids.ts'
import { checkNamesThisBroker, resourceTypes } from '../cluster/config-resources.ts'
import { checkShape, type ConfigChange } from '../configs/alter.ts'
import { configSources } from '../configs/resolve.ts'
import type { DescribeConfigsResponse } from '../messages/32-describe-configs.ts'

type Entry = DescribeConfigsResponse['results'][number]['configs'][number]

export const isLogger = (resourceType: number): boolean => resourceType === resourceTypes.brokerLogger

export const describeLoggers = (levels: LogLevels): readonly Entry[] =>
  [...levels.all()].map(([name, level]) => ({
    name,
    value: level.toUpperCase(),
    readOnly: false,
    configSource: configSources.logger,
    isSensitive: false,
    synonyms: [],
    configType: 0,
    documentation: '',
  }))

const levelOf = (text: string | null): LogLevel | undefined => logLevels.find((level) => level.toUpperCase() === text)

/** All changes or none. Throws what the client is to hear. */
export const alterLoggers = (
  levels: LogLevels,
  broker: BrokerId,
  resourceName: string,
  changes: readonly ConfigChange[],
  validateOnly: boolean,
): void => {
  checkShape(changes)
  checkNamesThisBroker(resourceName, broker)
  const accepted = changes.map(({ name, operation, value }) => {
    if (operation === 'append' || operation === 'subtract') {
      throw new BrokerError('INVALID_REQUEST', `${operation.toUpperCase()} is not allowed for loggers`)
    }
    if (!levels.all().has(name)) throw new BrokerError('INVALID_CONFIG', `Logger ${name} does not exist!`)
    if (operation === 'delete') {
      if (name !== ROOT_LOGGER) return () => levels.unset(name)
      throw new BrokerError('INVALID_REQUEST', 'Removing the log level of the root logger is not allowed')
    }
    const level = levelOf(value)
    if (level !== undefined) return () => levels.set(name, level)
    const known = logLevels.map((each) => each.toUpperCase()).join(', ')
    throw new BrokerError('INVALID_CONFIG', `${value} is not a log level of ${name}; allowed are ${known}`)
  })
  if (!validateOnly) for (const change of accepted) change()
}
