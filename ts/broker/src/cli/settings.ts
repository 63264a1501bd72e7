// Where a command connects to and how it answers: a flag wins over the environment, the environment over the file of the
// project, that over the profile, the profile over the default.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Address } from '../client/address.ts'
import { parseAddresses } from './client/address.ts'
import { parseDuration } from './duration.ts'
import { Failure } from './failure.ts'
import type { NagiosOptions } from './output/nagios.ts'
import { type Form, type OutputFormat, outputFormats } from './output/view.ts'
import { type Profile, profilesPath, readProfiles, readYaml, toProfile } from './profiles.ts'
import type { Terminal } from './terminal.ts'

/** What every command that talks to a cluster takes. */
export interface ConnectOptions {
  readonly bootstrap?: string
  readonly profile?: string
  readonly timeout?: string
}

export interface ShowOptions extends ConnectOptions, NagiosOptions {
  readonly output?: OutputFormat
  /** Seconds between two looks; true for the default. */
  readonly watch?: string | true
  /** Times in UTC, not by the clock of this machine. */
  readonly utc?: boolean
}

export interface Settings extends Form {
  readonly bootstrap: readonly Address[]
  readonly timeoutMs: number
  /** Asked for with more care. */
  readonly production: boolean
}

const PROJECT_FILE = '.millrace.yaml'
const DEFAULTS = { bootstrap: '127.0.0.1:9092', timeout: '10s', output: 'table' } as const

/** Throws a Failure of usage for what cannot be. */
export const resolveSettings = async (terminal: Terminal, options: ShowOptions): Promise<Settings> => {
  const { environment } = terminal
  const { project, name, profile, production } = await chooseProfile(terminal, options.profile)
  if (name !== undefined && profile === undefined)
    throw new Failure('usage', `there is no profile ${name} in ${profilesPath(environment)}`, {
      next: 'millrace profile list',
    })
  if (name !== undefined) terminal.detail(`profile ${name} of ${profilesPath(environment)}`)
  const chosen = (key: 'bootstrap' | 'timeout' | 'output'): string =>
    options[key] ?? environment[`MILLRACE_${key.toUpperCase()}`] ?? project?.[key] ?? profile?.[key] ?? DEFAULTS[key]
  return {
    bootstrap: parseAddresses(chosen('bootstrap')),
    timeoutMs: parseDuration(chosen('timeout')),
    output: formatOf(chosen('output')),
    utc: isUtc(environment, options),
    production,
  }
}

export interface Choice {
  readonly project: Project | null
  readonly name: string | undefined
  /** Undefined where there is none of the name. */
  readonly profile: Profile | undefined
  readonly production: boolean
}

export const chooseProfile = async ({ environment }: Terminal, named?: string): Promise<Choice> => {
  const project = await readProject(process.cwd())
  const { current, profiles } = await readProfiles(environment)
  const name = named ?? environment['MILLRACE_PROFILE'] ?? project?.profile ?? current
  const profile = name === undefined ? undefined : profiles[name]
  return { project, name, profile, production: (project?.production ?? profile?.production) === true }
}

/** How an answer looks whatever the profile says: for whoever mends profiles. */
export const formWithoutProfile = ({ environment }: Terminal, options: ShowOptions): Form => ({
  output: formatOf(options.output ?? environment['MILLRACE_OUTPUT'] ?? DEFAULTS.output),
  utc: isUtc(environment, options),
})

const isUtc = (environment: Terminal['environment'], { utc }: ShowOptions): boolean =>
  utc === true || environment['MILLRACE_UTC'] === 'true'

const formatOf = (text: string): OutputFormat => {
  const found = outputFormats.find((format) => format === text)
  if (found !== undefined) return found
  throw new Failure('usage', `${text} is no output format`, { next: `one of ${outputFormats.join(', ')}` })
}

interface Project extends Profile {
  readonly profile?: string
}

/** The file of the project that `folder` lies in: looked for up to the root of the repository. */
const readProject = async (folder: string): Promise<Project | null> => {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, PROJECT_FILE)
    if (existsSync(path)) {
      return toProfile(await readYaml(path), path)
    }
    if (existsSync(join(at, '.git')) || dirname(at) === at) return null
  }
}
