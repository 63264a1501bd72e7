// `millrace bundle`: what helps somebody else to see what is wrong, as one archive: what our own commands answer, without records and
// without secrets.
import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { brokerDefinition, isSensitive } from '../../configs/definitions.ts'
import { type ConfigTexts, secretKeys } from '../../configs/start-up.ts'
import { messageOf } from '../../base/errors.ts'
import type { Declaring } from '../commands/declare.ts'
import { exitCode, exitCodes, type Outcome } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { LocalOptions } from '../local.ts'
import { show } from '../output/formats.ts'
import { toJson } from '../output/json.ts'
import { columns, listing, sizeCell } from '../output/view.ts'
import { resolveSettings } from '../settings.ts'
import { readSources } from '../sources.ts'
import type { Terminal } from '../terminal.ts'
import { waiting } from '../waiting.ts'
import { type Entry, tarOf } from './tar.ts'

type Run = Declaring['run']

export interface BundleOptions extends LocalOptions {
  readonly bootstrap?: string
  readonly profile?: string
  readonly timeout?: string
}

const OWNER_ONLY = 0o600
const FOLDER = 'millrace-bundle'
const HIDDEN = '(hidden)'

/** Of a cluster, wherever it is. */
const ofCluster: Readonly<Record<string, readonly string[]>> = {
  'status.json': ['status'],
  'brokers.json': ['cluster', 'info'],
  'partitions.json': ['cluster', 'partitions'],
  'topics.json': ['topic', 'list'],
  'groups.json': ['group', 'list'],
}

/** Of the broker on this machine. */
const ofBroker: Readonly<Record<string, readonly string[]>> = {
  'jobs.json': ['jobs'],
  'canary.json': ['canary'],
  'metrics.json': ['metrics'],
}

/** These are answers as well: somebody who asks for help is not expected to be well. */
const answers: ReadonlySet<number> = new Set(
  (['ok', 'failure', 'notFound', 'unhealthy'] satisfies readonly Outcome[]).map((outcome) => exitCode(outcome)),
)

interface Part extends Entry {
  readonly code: number
}

/** Resolves with `partial` where some of it could not be had; the archive says why in its place. */
export const bundle = async (
  terminal: Terminal,
  run: Run,
  path: string | undefined,
  options: BundleOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const now = new Date()
  const file = path ?? `${FOLDER}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}.tar.gz`
  const connection = flags({
    '--bootstrap': options.bootstrap,
    '--profile': options.profile,
    '--timeout': options.timeout,
  })
  const overrides = options.override.flatMap((override) => ['--override', override])
  const here = [...flags({ '--config': options.config }), ...overrides]
  const configured = options.config === undefined ? [] : [options.config]
  const parts = [
    await answerOf(terminal, run, 'version.json', ['version']),
    configuration(terminal, options),
    await answerOf(terminal, run, 'doctor.json', ['doctor', ...configured, ...overrides, ...connection]),
  ]
  for (const [name, args] of Object.entries(ofCluster))
    parts.push(await answerOf(terminal, run, name, [...args, ...connection]))
  for (const [name, args] of Object.entries(ofBroker))
    parts.push(await answerOf(terminal, run, name, [...args, ...here]))

  const entries = parts.map(({ name, content }) => ({ name: `${FOLDER}/${name}`, content }))
  write(file, gzipSync(tarOf(entries, Math.floor(now.getTime() / 1000))))
  const rows = parts.map(({ name, content, code }) => ({
    name,
    bytes: Buffer.byteLength(content),
    state: stateOf(code),
  }))
  const view = listing(rows, {
    columns: columns(['name', 'bytes', 'state']),
    cells: ({ name, bytes, state }) => [name, sizeCell(bytes), state],
    name: ({ name }) => name,
  })
  await show(terminal, view, form)
  terminal.note(`written to ${file}: no records, no passwords; names of topics, groups and hosts are in it`)
  const missing = parts.filter(({ code }) => !answers.has(code))
  for (const { name, content } of missing) terminal.complain(`${name}: ${content.trimEnd()}`)
  return exitCode(missing.length > 0 ? 'partial' : 'ok')
}

const flags = (given: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))

const stateOf = (code: number): string =>
  Object.values(exitCodes).find((outcome) => outcome.code === code)?.meaning ?? `exit code ${code}`

const answerOf = async (terminal: Terminal, run: Run, name: string, args: readonly string[]): Promise<Part> => {
  let said = ''
  let complained = ''
  const listener: Terminal = {
    ...terminal,
    print: (text) => void (said += `${text}\n`),
    complain: (text) => void (complained += `${text}\n`),
    write: (bytes) => Promise.resolve(void (said += bytes.toString())),
    draw: () => undefined,
    ask: () => Promise.resolve('nobody'),
    columns: () => null,
  }
  const code = await waiting(terminal, name, run(listener, [...args, '--output', 'json']))
  return { name, content: said === '' ? complained : said, code }
}

/** Every key that was given, by where it was; the values of those that hold a secret, or that nobody knows, are not told. */
const configuration = (terminal: Terminal, { config, override }: BundleOptions): Part => {
  const name = 'configuration.json'
  try {
    const { file, environment, flags: given } = readSources(config, override, terminal.environment)
    const told = Object.entries({ file, environment, flags: given }).map(([source, texts]) => [source, stripped(texts)])
    return { name, content: `${toJson(Object.fromEntries(told), 2)}\n`, code: exitCode('ok') }
  } catch (error) {
    return { name, content: `${messageOf(error)}\n`, code: exitCode('failure') }
  }
}

const stripped = (texts: ConfigTexts['file']): Readonly<Record<string, string>> => {
  const secret = new Set(secretKeys(texts))
  return Object.fromEntries(
    [...texts].map(([key, text]) => [key, secret.has(key) || isSensitive(brokerDefinition(key)) ? HIDDEN : text]),
  )
}

const write = (path: string, bytes: Buffer): void => {
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: OWNER_ONLY })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new Failure(exists ? 'conflict' : 'failure', exists ? `${path} exists` : messageOf(error), { cause: error })
  }
}
