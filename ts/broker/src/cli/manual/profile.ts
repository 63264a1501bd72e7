// `millrace profile`: named clusters.
import { red } from '../confirm.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { columns, listing, type View } from '../output/view.ts'
import { parseAssignment } from '../client/configs.ts'
import { type Profile, profilesPath, readProfiles, toProfile, writeProfiles } from '../profiles.ts'
import { chooseProfile, formWithoutProfile, resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export const list = async (terminal: Terminal, options: ShowOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const { current, profiles } = await readProfiles(terminal.environment)
  const rows = Object.entries(profiles).map(([name, profile]) => ({
    name,
    current: name === current,
    ...inFull(profile),
  }))
  const view = listing(rows, {
    columns: columns(['name', 'current', 'bootstrap', 'production'], ['timeout', 'output']),
    cells: ({ name, current: isCurrent, bootstrap, production, timeout, output }) => [
      name,
      isCurrent,
      bootstrap,
      production,
      timeout,
      output,
    ],
    name: ({ name }) => name,
  })
  await show(terminal, view, form)
  return exitCode('ok')
}

/** What is not set is null. */
const inFull = ({ bootstrap, timeout, output, production }: Profile) => ({
  bootstrap: bootstrap ?? null,
  timeout: timeout ?? null,
  output: output ?? null,
  production: production === true,
})

/** A note says it to people. */
const changed = (name: string, what: Readonly<Record<string, string | boolean | null>>): View => ({
  value: { name, ...what },
  text: [],
  table: { columns: columns(['name', ...Object.keys(what)]), rows: [[name, ...Object.values(what)]] },
  names: [name],
})

/** `key=value`; an empty value takes the key away. */
export const set = async (
  terminal: Terminal,
  name: string,
  assignments: readonly string[],
  options: ShowOptions,
): Promise<number> => {
  const form = formWithoutProfile(terminal, options)
  const path = profilesPath(terminal.environment)
  const file = await readProfiles(terminal.environment)
  const fields = new Map<string, unknown>(Object.entries(file.profiles[name] ?? {}))
  for (const [key, value] of assignments.map(parseAssignment)) {
    if (value === '') fields.delete(key)
    else fields.set(key, key === 'production' && /^(true|false)$/.test(value) ? value === 'true' : value)
  }
  const profile: Profile = toProfile(Object.fromEntries(fields), path)
  await writeProfiles(terminal.environment, { ...file, profiles: { ...file.profiles, [name]: profile } })
  await show(terminal, changed(name, { path, ...inFull(profile) }), form)
  terminal.note(`profile ${name} is in ${path}`)
  return exitCode('ok')
}

export const use = async (terminal: Terminal, name: string, options: ShowOptions): Promise<number> => {
  const form = formWithoutProfile(terminal, options)
  const file = await readProfiles(terminal.environment)
  mustExist(file.profiles, name)
  await writeProfiles(terminal.environment, { ...file, current: name })
  await show(terminal, changed(name, { current: true }), form)
  terminal.note(`commands now go to ${name}`)
  return exitCode('ok')
}

export const remove = async (terminal: Terminal, name: string, options: ShowOptions): Promise<number> => {
  const form = formWithoutProfile(terminal, options)
  const { current, profiles } = await readProfiles(terminal.environment)
  mustExist(profiles, name)
  const left = Object.fromEntries(Object.entries(profiles).filter(([other]) => other !== name))
  const kept = current === undefined || current === name ? {} : { current }
  await writeProfiles(terminal.environment, { ...kept, profiles: left })
  await show(terminal, changed(name, { removed: true }), form)
  terminal.note(`removed profile ${name}`)
  return exitCode('ok')
}

/** What a shell must not count when it measures its prompt stands between these. */
const unmeasured = { bash: ['\u0001', '\u0002'], zsh: ['%{', '%}'], fish: ['', ''], pwsh: ['', ''] } as const

export type PromptShell = keyof typeof unmeasured

/** Where commands go, as part of the prompt of a shell; nothing where that is the default. */
export const prompt = async (terminal: Terminal, shell: PromptShell | undefined): Promise<number> => {
  const { project, name, production } = await chooseProfile(terminal)
  const label = name ?? project?.bootstrap
  if (label === undefined) return exitCode('ok')
  const [begin, end] = unmeasured[shell ?? 'fish']
  const [on = '', off = ''] = production ? red(terminal, '|').split('|') : []
  const aside = (code: string): string => (code === '' ? '' : `${begin}${code}${end}`)
  terminal.print(`${aside(on)}${label}${aside(off)}`)
  return exitCode('ok')
}

const mustExist = (profiles: Readonly<Record<string, Profile>>, name: string): void => {
  if (profiles[name] === undefined)
    throw new Failure('notFound', `there is no profile ${name}`, {
      next: `millrace profile set ${name} bootstrap=host:port`,
    })
}
