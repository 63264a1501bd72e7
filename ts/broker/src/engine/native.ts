/**
 * Loads the addon; nothing else does. Its types are generated with it, from `crates/logstore/src/bridge`. In a clone it lies
 * beside its loader; installed, it is a package for the platform, which the loader finds.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as addon from '../../native/index.cjs'

export type Addon = typeof addon
export type NativeEngine = addon.Engine
export type NativeRecovery = addon.Recovery
export type {
  AdoptedLog,
  CatalogueChange,
  CompactionRound,
  DeleteAnswer,
  DeleteQuery,
  DirectoryFailure,
  DirectoryRoom,
  DumpedBatch,
  DumpedHole,
  EngineOptions,
  EngineSettings,
  EpochAnswer,
  EpochQuery,
  ImageApi,
  ImageBroker,
  ImageCluster,
  ImageDelta,
  ImageFeature,
  ImageLogConfig,
  ImagePartition,
  ImageTopic,
  ListenerAddress,
  ListenerConfig,
  LogDirectory,
  LogFinding,
  LogOffsetsAnswer,
  OffsetAnswer,
  OffsetQuery,
  OpenFiles,
  PartitionQuery,
  ProducersAnswer,
  RecoveryProgress,
  Removal,
  RecoveryReport,
  SurveyedLog,
  VerifiedDirectory,
  VerifiedPartition,
} from '../../native/index.cjs'

/** From `src/engine` and from `dist/engine` alike. */
const ADDON = '../../native/index.cjs'

export const loadNative = (): Addon => {
  const path = fileURLToPath(new URL(ADDON, import.meta.url))
  if (!existsSync(path)) throw new Error('the engine is not built: run `npm run build`')
  try {
    return createRequire(import.meta.url)(path) as Addon
  } catch (cause) {
    const { platform, arch } = process
    const why = `there is no engine for ${platform} on ${arch}: it is an optional dependency, for Linux with glibc on x64 and arm64`
    throw new Error(why, { cause })
  }
}
