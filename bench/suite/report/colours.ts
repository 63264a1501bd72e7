// A colour for each broker, of its family; style.css says which they are in either theme.
import type { BrokerInfo } from '../result.ts'

/** Shades that style.css has of a family. */
const SHADES = 3

const shadeOf = (brokers: readonly BrokerInfo[], broker: BrokerInfo): number =>
  brokers.filter(({ family }) => family === broker.family).indexOf(broker) % SHADES

/** The name of the custom property. */
export const colourOf = (brokers: readonly BrokerInfo[], broker: BrokerInfo): string =>
  `--${broker.family}-${shadeOf(brokers, broker)}`

/** Lines of one family differ in more than their shade. */
export const isDashed = (brokers: readonly BrokerInfo[], broker: BrokerInfo): boolean => shadeOf(brokers, broker) > 0
