// Every case, in the order in which they are played.
import type { Case } from '../case.ts'
import { besideCases } from './beside.ts'
import { clientCases } from './clients.ts'
import { durableCases } from './durable.ts'
import { fetchCases } from './fetch.ts'
import { memoryCases } from './memory.ts'
import { pacedCases } from './paced.ts'
import { partitionCases } from './partitions.ts'
import { recoveryCases } from './recovery.ts'
import { retentionCases } from './retention.ts'
import { smallCases } from './small.ts'
import { startCases } from './start.ts'
import { throughputCases } from './throughput.ts'

export const allCases: readonly Case[] = [
  ...throughputCases,
  ...smallCases,
  ...durableCases,
  ...fetchCases,
  ...pacedCases,
  ...startCases,
  ...memoryCases,
  ...recoveryCases,
  ...partitionCases,
  ...besideCases,
  ...clientCases,
  ...retentionCases,
]
