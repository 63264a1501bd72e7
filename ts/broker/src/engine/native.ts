/**
 * Loads the addon; nothing else does. Its types are generated with it, from `crates/logstore/src/bridge`. In a clone it lies
 * beside its loader; installed, it is a package for the platform, which the loader finds.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
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
  ReadAnswer,
  RecoveryProgress,
  Removal,
  RecoveryReport,
  SurveyedLog,
  VerifiedDirectory,
  VerifiedPartition,
} from '../../native/index.cjs'

/** From `src/engine` and from `dist/engine` alike. */
const LOADER = fileURLToPath(new URL('../../native/index.cjs', import.meta.url))

const require = createRequire(import.meta.url)

export const loadNative = (): Addon => {
  if (!existsSync(LOADER)) throw new Error('the engine is not built: run `npm run build`')
  try {
    return require(LOADER) as Addon
  } catch (cause) {
    const { platform, arch } = process
    const why = `there is no engine for ${platform} on ${arch}: it is an optional dependency, for Linux with glibc on x64 and arm64`
    throw new Error(why, { cause })
  }
}

export interface NativeOrigin {
  readonly path: string
  /** Of the package that brought it, which in a clone is this one. */
  readonly version: string
  readonly builtAt: Date
}

/** Which engine it is that loads. Throws where none does. */
export const nativeOrigin = (): NativeOrigin => {
  loadNative()
  const path = require.cache[LOADER]?.children.find(({ filename }) => filename.endsWith('.node'))?.filename ?? LOADER
  let folder = dirname(path)
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string }
  return { path, version, builtAt: statSync(path).mtime }
}
