// All that is asked.
import { configMakers } from './configs.ts'
import { dataMakers } from './data.ts'
import { groupMakers } from './groups.ts'
import type { Maker } from './maker.ts'
import { topicMakers } from './topics.ts'

export const makers: readonly Maker[] = [...dataMakers, ...topicMakers, ...configMakers, ...groupMakers]
