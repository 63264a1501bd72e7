/** What of the broker's configs the engine obeys while it runs, and who tells it. */
import type { Logger } from '../base/logger.ts'
import { addressLimits } from '../configs/address-limits.ts'
import type { BrokerValues } from '../configs/definitions.ts'
import type { EngineSettings } from '../engine/native.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import type { Publish } from './publish.ts'

export const engineSettings = (values: BrokerValues): EngineSettings => ({
  connectionsMax: values['max.connections'],
  connectionsMaxPerIp: values['max.connections.per.ip'],
  connectionsMaxByAddress: addressLimits(values['max.connections.per.ip.overrides']).limits.map(
    ([address, connections]) => ({ address, connections }),
  ),
  producerExpirationMs: values['producer.id.expiration.ms'],
  diskSoftLimitBytes: values['millrace.disk.soft.limit.bytes'],
  diskHardLimitBytes: values['millrace.disk.hard.limit.bytes'],
  cleaner: {
    threads: values['log.cleaner.enable'] ? values['log.cleaner.threads'] : 0,
    mapBytes: values['log.cleaner.dedupe.buffer.size'],
    bytesPerSecond: values['log.cleaner.io.max.bytes.per.second'],
    backoffMs: values['log.cleaner.backoff.ms'],
  },
})

/** Tells the engine whenever configs of this broker changed. `configure` answers the names of addresses it does not know. */
export const createConfigurer = (
  configs: BrokerConfigs,
  configure: (settings: EngineSettings) => readonly string[],
  logger: Logger,
): Publish => {
  let obeyed: BrokerValues | undefined
  return (_before, next) => {
    const values = configs.values(next)
    if (values === obeyed) return
    const unknown = configure(engineSettings(values))
    obeyed = values
    if (unknown.length > 0)
      logger.warn({ unknown }, 'max.connections.per.ip.overrides names hosts that have no address')
  }
}
