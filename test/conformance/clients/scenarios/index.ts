// Every scenario of the matrix, in the order of the tables.
import type { Scenario } from '../stage.ts'
import { adminScenarios } from './admin.ts'
import { consumeScenarios } from './consume.ts'
import { groupScenarios } from './groups.ts'
import { produceScenarios } from './produce.ts'

export interface Area {
  readonly title: string
  readonly scenarios: readonly Scenario[]
}

export const areas: readonly Area[] = [
  { title: 'Producing', scenarios: produceScenarios },
  { title: 'Consuming', scenarios: consumeScenarios },
  { title: 'Groups', scenarios: groupScenarios },
  { title: 'Administration', scenarios: adminScenarios },
]

export const scenarios: readonly Scenario[] = areas.flatMap((area) => area.scenarios)
