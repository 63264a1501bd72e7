// Every scenario of the matrix, in the order of the table.
import type { Scenario } from '../stage.ts'
import { adminScenarios } from './admin.ts'
import { consumeScenarios } from './consume.ts'
import { groupScenarios } from './groups.ts'
import { produceScenarios } from './produce.ts'

export const scenarios: readonly Scenario[] = [
  ...produceScenarios,
  ...consumeScenarios,
  ...groupScenarios,
  ...adminScenarios,
]
