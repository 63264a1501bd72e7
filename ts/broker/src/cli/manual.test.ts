// What is said without a broker: help, exit codes, errors, profiles.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { answers } from './answers/answers.ts'
import { pathOf } from './answers/help.ts'
import { exitCodes } from './exit-codes.ts'
import { createProgram, run } from './index.ts'
import { outputFormats } from './output/view.ts'
import { resolveSettings } from './settings.ts'
import { processTerminal } from './terminal.ts'

const cli = async (args: string, environment: Record<string, string> = {}) => {
  let said = ''
  let complained = ''
  const terminal = {
    ...processTerminal,
    print: (text: string): void => void (said += `${text}\n`),
    complain: (text: string): void => void (complained += `${text}\n`),
    write: (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += bytes.toString())),
    environment: { XDG_CONFIG_HOME: '/nonexistent', ...environment },
    columns: () => null,
  }
  return { code: await run(terminal, args.split(' ')), said, complained }
}

/** As it is shown, with all that stands behind the options. */
const helpOf = (command: Command): string => {
  let shown = ''
  command.configureOutput({ writeOut: (text) => (shown += text), getOutHelpWidth: () => 110 }).outputHelp()
  return shown
}

const everyHelp = (command: Command): readonly string[] => [
  helpOf(command),
  ...command.commands.flatMap((inner) => everyHelp(inner)),
]

test('the help of every command', async () => {
  const program = createProgram(processTerminal, () => undefined)
  await expect(everyHelp(program).join('\n')).toMatchFileSnapshot('help.snapshot.txt')
})

test('every option says what it does without pointing at itself, and in words what holds without it', () => {
  // `--format` of `millrace consume` was described "as of millrace consume"; lists had "(default: [])".
  const commands = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commands)]
  const wrong = commands(createProgram(processTerminal, () => undefined)).flatMap((command) => {
    const helper = command.createHelp()
    const path = helper.commandUsage(command).split(' [')[0] ?? ''
    return command.options
      .map((option) => ({ flags: option.flags, said: helper.optionDescription(option) }))
      .filter(
        ({ said }) =>
          said.startsWith('(') || said.includes('[]') || said.includes(path) || said.split('default:').length > 2,
      )
      .map(({ flags, said }) => `${path} ${flags}: ${said}`)
  })
  expect(wrong).toEqual([])
})

test.each([
  ['consume --help', 0, "--last 5 -f '%d{local} %k %v\\n'"],
  ['topic tail --help', 0, 'millrace consume --help'],
  ['group reset --help', 0, 'One of --to, --shift and --from-file says where to'],
  ['help exit-codes', 0, '10  the cluster is not healthy'],
  ['help output', 0, 'whole number of 64 bits'],
  ['help topic', 0, 'Usage: millrace topic'],
  ['topic create --help', 0, '--partitions'],
  ['--version', 0, '.'],
  ['version -o json', 0, '"millrace"'],
  ['errors 3', 0, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['errors not-enough -o name', 0, 'NOT_ENOUGH_REPLICAS\nNOT_ENOUGH_REPLICAS_AFTER_APPEND'],
  ['errors -o csv not_enough_replicas', 0, '19,NOT_ENOUGH_REPLICAS,true,'],
  ['cheat groups', 0, 'millrace group reset billing'],
  ['cheat groups -o name', 0, 'groups'],
  ['config explain retention.ms -o json', 0, '"synonyms": ['],
  ['config check -o csv', 0, 'node,listeners,data\n1,PLAINTEXT://127.0.0.1:9092,data'],
  ['config list retention.ms -o name --scope topic', 0, 'retention.ms'],
])('%s', async (args, code, text) => {
  const answer = await cli(args)
  expect(answer.code, answer.complained).toBe(code)
  expect(answer.said).toContain(text)
})

test.each([
  ['topik list', 2, 'unknown command'],
  ['topic list --watsch', 2, 'unknown option'],
  ['bench produce x --watch', 2, "unknown option '--watch'"],
  ['bench e2e --size 15', 2, '--size 15: a whole number of at least 16'],
  ['bench e2e --acks 0', 2, 'Allowed choices are all, 1'],
  ['canary run --every 1ms', 2, '--every 1ms: at least 10ms'],
  ['config list --watch', 2, "unknown option '--watch'"],
  ['topic list -o xml', 2, 'Allowed choices are table, wide, json, ndjson, yaml, csv, name'],
  ['topic list --timeout soon', 2, 'soon is no duration'],
  ['topic list --bootstrap 1:2:3', 2, 'is no address of a broker'],
  ['topic list --profile nobody', 2, 'there is no profile nobody'],
  ['errors NO_SUCH_THING', 3, 'next:  millrace errors'],
  ['cheat everything', 3, 'one of topics'],
])('%s fails', async (args, code, text) => {
  const answer = await cli(args)
  expect(answer).toMatchObject({ code, said: '' })
  expect(answer.complained).toContain(text)
})

const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((inner) => leaves(inner))

test('what may have changed at the next look can be watched, and nothing else', () => {
  const watched = leaves(createProgram(processTerminal, () => undefined)).filter(({ options }) =>
    options.some(({ long }) => long === '--watch'),
  )
  expect(watched.map((command) => `${command.parent?.name()} ${command.name()}`)).toEqual([
    'topic list',
    'topic describe',
    'topic analyze',
    'group list',
    'group describe',
    'group members',
    'millrace status',
    'cluster health',
    'cluster info',
    'cluster partitions',
    'config describe',
    'millrace audit',
    'millrace jobs',
    'canary show',
    'millrace metrics',
    'millrace doctor',
  ])
})

test('every command answers in every form, but for those that answer nothing or one word', () => {
  const without = leaves(createProgram(processTerminal, () => undefined)).filter(({ options }) => {
    const choices = options.find(({ long }) => long === '--output')?.argChoices ?? []
    return !outputFormats.every((format) => choices.includes(format))
  })
  expect(without.map((command) => command.name())).toEqual([
    'start',
    'stop',
    'open',
    'prompt',
    'completion',
    '__complete',
    'help',
  ])
})

test('the help of every command that answers has the shape of its answer, and no shape is left over', () => {
  const answering = leaves(createProgram(processTerminal, () => undefined)).filter(({ options }) =>
    options.some(({ long }) => long === '--output'),
  )
  expect(answering.map(pathOf).toSorted()).toEqual(Object.keys(answers).toSorted())
  expect(answering.filter((command) => !/^Answer \(--?\w+ json, /m.test(helpOf(command)))).toEqual([])
})

test('every exit code stands in one table', async () => {
  const { said } = await cli('help exit-codes')
  for (const { code, meaning } of Object.values(exitCodes)) {
    expect(said).toMatch(new RegExp(`^ *${code} +${meaning}$`, 'm'))
  }
})

test('a defect is told without where it is, unless that is asked for', async () => {
  const defect = (): never => {
    throw new Error('a defect')
  }
  const told = async (args: string, environment = {}): Promise<string> => {
    let complained = ''
    const complain = (text: string): void => void (complained += `${text}\n`)
    const terminal = { ...processTerminal, print: defect, write: defect, complain, environment }
    expect(await run(terminal, args.split(' '))).toBe(1)
    return complained
  }
  expect(await told('version')).toBe('error: a defect\nnext:  the same with -v shows where in the program\n')
  expect(await told('version -v')).toMatch(/ at .*defect \(/)
  expect(await told('version', { MILLRACE_DEBUG: 'true' })).toMatch(/ at .*defect \(/)
})

test('a profile is made, chosen, wins over the default, loses to the environment and to a flag', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const environment = { XDG_CONFIG_HOME: folder }
  const asked = async (args: string, more = {}): Promise<string> =>
    (await cli(args, { ...environment, ...more })).complained
  const made = await cli('profile set dev bootstrap=127.0.0.1:1 timeout=7s -o json', environment)
  expect(JSON.parse(made.said)).toMatchObject({ name: 'dev', bootstrap: '127.0.0.1:1', timeout: '7s' })
  expect(await cli('profile set live bootstrap=127.0.0.1:2 production=true', environment)).toMatchObject({ code: 0 })
  expect(await cli('profile use dev', environment)).toMatchObject({ code: 0 })
  expect((await cli('profile list -o csv', environment)).said).toBe(
    'name,current,bootstrap,production,timeout,output\ndev,true,127.0.0.1:1,false,7s,\nlive,false,127.0.0.1:2,true,,\n',
  )
  expect(await asked('topic list')).toContain('127.0.0.1:1 cannot be asked')
  expect(await asked('topic list --profile live')).toContain('127.0.0.1:2 cannot be asked')
  expect(await asked('topic list', { MILLRACE_BOOTSTRAP: '127.0.0.1:3' })).toContain('127.0.0.1:3 cannot be asked')
  expect(await asked('topic list -b 127.0.0.1:4', { MILLRACE_BOOTSTRAP: '127.0.0.1:3' })).toContain('127.0.0.1:4')
  expect(await asked('profile set dev colour=red')).toContain('colour is no key of a profile')
  expect(await cli('profile delete dev', environment)).toMatchObject({ code: 0 })
  expect((await cli('profile list -o name', environment)).said).toBe('live\n')
})

test('the prompt of a shell names the profile, one of production in red', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder)
  onTestFinished(() => cwd.mockRestore())
  const asked = async (args: string, more = {}): Promise<string> =>
    (await cli(`profile prompt${args}`, { XDG_CONFIG_HOME: folder, ...more })).said
  expect(await asked('')).toBe('')
  await cli('profile set dev bootstrap=127.0.0.1:1', { XDG_CONFIG_HOME: folder })
  await cli('profile set live production=true', { XDG_CONFIG_HOME: folder })
  await cli('profile use dev', { XDG_CONFIG_HOME: folder })
  expect(await asked('')).toBe('dev\n')
  const live = { MILLRACE_PROFILE: 'live' }
  expect(await asked('', live)).toBe('\u001B[31mlive\u001B[39m\n')
  expect(await asked(' bash', live)).toBe('\u0001\u001B[31m\u0002live\u0001\u001B[39m\u0002\n')
  expect(await asked(' zsh', live)).toBe('%{\u001B[31m%}live%{\u001B[39m%}\n')
  expect(await asked(' bash', { ...live, NO_COLOR: '1' })).toBe('live\n')
})

test.each([
  ['bootstrap: [a:9092, b:9092]', 'bootstrap takes one text'],
  ['timeout: 10', 'timeout takes one text'],
  ['production: "true"', 'production takes true or false'],
])('a profile with %s is refused, not read as if it was not there', async (line, problem) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'millrace'))
  writeFileSync(join(folder, 'millrace', 'profiles.yaml'), `current: dev\nprofiles:\n  dev:\n    ${line}\n`)
  const answer = await cli('topic list', { XDG_CONFIG_HOME: folder })
  expect(answer).toMatchObject({ code: 2, said: '' })
  expect(answer.complained).toContain(problem)
})

test('the file of a project can say that its cluster is one of production', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-project-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, '.millrace.yaml'), 'bootstrap: 127.0.0.1:1\nproduction: true\n')
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder)
  onTestFinished(() => cwd.mockRestore())
  const environment = { XDG_CONFIG_HOME: folder }
  expect(await resolveSettings({ ...processTerminal, environment }, {})).toMatchObject({ production: true })
})

test('the file of a project serves its folders, and none outside its repository', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-project-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const inner = join(folder, 'repository', 'deep', 'down')
  mkdirSync(inner, { recursive: true })
  mkdirSync(join(folder, 'repository', '.git'))
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(inner)
  onTestFinished(() => cwd.mockRestore())
  const terminal = { ...processTerminal, environment: { XDG_CONFIG_HOME: folder } }
  writeFileSync(join(folder, '.millrace.yaml'), 'timeout: 7s\n')
  expect(await resolveSettings(terminal, {})).toMatchObject({ timeoutMs: 10_000 })
  writeFileSync(join(folder, 'repository', '.millrace.yaml'), 'timeout: 8s\n')
  expect(await resolveSettings(terminal, {})).toMatchObject({ timeoutMs: 8000 })
})

test('every setting of a command has a variable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profiles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const settled = (environment: Record<string, string>) =>
    resolveSettings({ ...processTerminal, environment: { XDG_CONFIG_HOME: folder, ...environment } }, {})
  const given = {
    MILLRACE_BOOTSTRAP: '127.0.0.1:3',
    MILLRACE_TIMEOUT: '3s',
    MILLRACE_OUTPUT: 'yaml',
    MILLRACE_UTC: 'true',
  }
  expect(await settled(given)).toEqual({
    bootstrap: [{ host: '127.0.0.1', port: 3 }],
    timeoutMs: 3000,
    output: 'yaml',
    utc: true,
    production: false,
  })
  await cli('profile set live production=true', { XDG_CONFIG_HOME: folder })
  expect(await settled({ MILLRACE_PROFILE: 'live' })).toMatchObject({ production: true })
})
