/** The embedded store over the real catalogue: what it says is durable is read back from disk. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { manualClock } from '../../base/clock.ts'
import { silentLogger } from '../../base/logger.ts'
import { topicDefaults } from '../../configs/resolve.ts'
import { Engine } from '../../engine/engine.ts'
import type { EngineOptions } from '../../engine/native.ts'
import { logConfig } from '../log-config.ts'
import { openEmbeddedStore } from './embedded.ts'
import { storeConformance } from './store.conformance.ts'

const NOTHING_SET = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: new Map() }

const optionsFor = (directory: string): EngineOptions => ({
  directories: [directory],
  brokerId: 1,
  clusterId: 'conformance',
  logConfig: logConfig(topicDefaults(NOTHING_SET)),
  recoveryThreads: 1,
  logFilesMax: 16,
  retentionCheckIntervalMs: 60_000,
  checkpointIntervalMs: 60_000,
  listeners: [],
  workers: 1,
  frameBytesMax: 1024,
  settings: {
    connectionsMax: 1,
    connectionsMaxPerIp: 1,
    connectionsMaxByAddress: [],
    producerExpirationMs: 60_000,
    diskSoftLimitBytes: 0,
    diskHardLimitBytes: 0,
    cleaner: { threads: 0, mapBytes: 1024 ** 2, bytesPerSecond: Infinity, backoffMs: 15_000 },
  },
  idleMs: 60_000,
})

const opened = new Map<Engine, string>()

const openEngine = async (directory: string): Promise<Engine> => {
  const engine = await Engine.open(optionsFor(directory), silentLogger)
  opened.set(engine, directory)
  return engine
}

afterAll(async () => {
  for (const engine of opened.keys()) await engine.close()
  for (const directory of new Set(opened.values())) await rm(directory, { recursive: true })
})

storeConformance('embedded on disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-store-'))
  const clock = manualClock()
  const engine = await openEngine(directory)
  const store = openEmbeddedStore(engine, clock)
  return {
    store,
    clock,
    reopen: async () => {
      await store.close()
      await engine.close()
      return openEmbeddedStore(await openEngine(directory), clock)
    },
  }
})
