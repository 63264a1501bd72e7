// Named clusters of a person: `profiles.yaml` in the folder that XDG gives to configuration.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

export interface Profile {
  readonly bootstrap?: string
  readonly timeout?: string
  readonly output?: string
  /** Destructive commands say so in red. */
  readonly production?: boolean
}

export interface Profiles {
  readonly current?: string
  readonly profiles: Readonly<Record<string, Profile>>
}

export const profileKeys = ['bootstrap', 'timeout', 'output', 'production'] as const

type Environment = Terminal['environment']

export const profilesPath = (environment: Environment): string => {
  const base = environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? homedir(), '.config')
  return join(base, 'millrace', 'profiles.yaml')
}

/** Empty where the file is not there yet. Throws a Failure of usage for one that cannot be read. */
export const readProfiles = async (environment: Environment): Promise<Profiles> => {
  const path = profilesPath(environment)
  if (!existsSync(path)) return { profiles: {} }
  const { current, profiles } = await readYaml(path)
  const named = Object.entries(isRecord(profiles) ? profiles : {}).map(([name, value]) => [
    name,
    toProfile(value, path),
  ])
  return { ...(typeof current === 'string' ? { current } : {}), profiles: Object.fromEntries(named) }
}

export const writeProfiles = async (environment: Environment, profiles: Profiles): Promise<void> => {
  const { stringify } = await import('yaml')
  const path = profilesPath(environment)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, stringify(profiles), { mode: 0o600 })
}

export const readYaml = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  const { parse } = await import('yaml')
  try {
    const found: unknown = parse(readFileSync(path, 'utf8'))
    return isRecord(found) ? found : {}
  } catch (error) {
    throw new Failure('usage', `${path} cannot be read: ${String(error)}`, { cause: error })
  }
}

/** Unknown keys and other types are refused: passed over, they would send a command to the wrong cluster. */
export const toProfile = (value: unknown, path: string): Profile => {
  if (!isRecord(value)) throw new Failure('usage', `${path}: a profile is keys with their values`)
  const known = new Set<string>([...profileKeys, 'profile'])
  for (const [key, field] of Object.entries(value)) {
    if (!known.has(key))
      throw new Failure('usage', `${path}: ${key} is no key of a profile`, { next: `one of ${profileKeys.join(', ')}` })
    const type = key === 'production' ? 'boolean' : 'string'
    if (typeof field !== type)
      throw new Failure('usage', `${path}: ${key} takes ${type === 'boolean' ? 'true or false' : 'one text'}`)
  }
  return value
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
