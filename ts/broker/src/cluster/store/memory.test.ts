import { manualClock } from '../../base/clock.ts'
import { createMemoryStore } from './memory.ts'
import { storeConformance } from './store.conformance.ts'

storeConformance('memory', async () => {
  const clock = manualClock()
  return { store: createMemoryStore(clock), clock, reopen: null }
})
