// `millrace doctor`: the machine, the configuration and the cluster, each line with what to do about it.
import { BrokerError, messageOf } from '../../base/errors.ts'
import { readStartUp } from '../../configs/start-up.ts'
import { productVersion } from '../../base/version.ts'
import { nativeOrigin } from '../../engine/native.ts'
import { showAddress } from '../../client/address.ts'
import { Client } from '../client/client.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { printable } from '../output/table.ts'
import { columns, listing, type View } from '../output/view.ts'
import { isRunning, readMark } from '../process-mark.ts'
import { looking } from '../session.ts'
import type { Settings, ShowOptions } from '../settings.ts'
import { readSources } from '../sources.ts'
import type { Terminal } from '../terminal.ts'
import { waitingOf } from '../waiting.ts'
import { fail, type Finding, ok, warn } from './finding.ts'
import { checkHosts } from './hosts.ts'
import { checkDirectory, checkFiles, checkMachine } from './machine.ts'

export interface DoctorOptions extends ShowOptions {
  readonly override: readonly string[]
}

export const doctor = (terminal: Terminal, path: string | undefined, options: DoctorOptions): Promise<number> =>
  looking(terminal, options, async (settings) =>
    findingsView(await examine(terminal, path, settings, options.override)),
  )

/** Everything that it looks at. */
export const examine = async (
  terminal: Terminal,
  path: string | undefined,
  settings: Settings,
  overrides: readonly string[],
): Promise<readonly Finding[]> => {
  const configured = checkConfiguration(terminal, path, overrides)
  const cluster = await checkCluster(terminal, settings)
  return [
    ...checkMachine(),
    checkEngine(),
    ...configured.findings,
    ...(await checkHosts([...configured.hosts, ...cluster.hosts])),
    ...cluster.findings,
  ]
}

interface Checked {
  readonly findings: readonly Finding[]
  /** That clients are told to go to. */
  readonly hosts: readonly string[]
}

const findingsView = (findings: readonly Finding[]): View => {
  const view = listing(findings, {
    columns: columns(['check', 'result', 'what', 'fix']),
    cells: ({ check, result, what, fix }) => [check, result, what, fix],
    name: ({ check, result }) => `${result} ${check}`,
  })
  const of = (wanted: Finding['result']): readonly Finding[] => findings.filter(({ result }) => result === wanted)
  const [fails, warnings] = [of('fail'), of('warn')]
  const [worst] = [...fails, ...warnings]
  return {
    ...view,
    text: findings.flatMap(findingLines),
    wraps: true,
    exit: exitCode(fails.length > 0 ? 'failure' : 'ok'),
    verdict: {
      level: levels[worst?.result ?? 'ok'],
      text: worst === undefined ? 'nothing to mend' : `${worst.check}: ${worst.what}`,
      measured: { ok: of('ok').length, warnings: warnings.length, failures: fails.length },
    },
  }
}

/** As wide as the longest of the results. */
const MARGIN = ' '.repeat(6)

const findingLines = ({ check, result, what, fix }: Finding): readonly string[] => [
  `${result.padEnd(MARGIN.length)}${check}`,
  ...what.split('\n').map((line) => `${MARGIN}${printable(line)}`),
  ...(fix === '' ? [] : [`${MARGIN}-> ${printable(fix)}`]),
]

const levels = { ok: 'OK', warn: 'WARNING', fail: 'CRITICAL' } as const

const checkEngine = (): Finding => {
  const check = 'engine'
  try {
    const { path, version, builtAt } = nativeOrigin()
    const what = `loads: ${version}, built ${builtAt.toISOString()}, ${path}`
    if (version === productVersion) return ok(check, what)
    return warn(check, what, `this is millrace ${productVersion}: install both of one release`)
  } catch (error) {
    return fail(check, messageOf(error), 'npm run build')
  }
}

const checkConfiguration = (terminal: Terminal, path: string | undefined, overrides: readonly string[]): Checked => {
  const check = 'configuration'
  try {
    const { config, warnings, withoutEffect } = readStartUp(readSources(path, overrides, terminal.environment))
    const doubts = [
      ...warnings.map((what) => warn(check, what, 'millrace config explain <key>')),
      ...withoutEffect.map(({ name, why }) => warn(check, `${name} is without effect here: ${why}`, 'take it out')),
    ]
    const good = ok(check, `${path ?? 'defaults'} would start`)
    return {
      findings: [
        ...(doubts.length > 0 ? doubts : [good]),
        ...config.logDirs.flatMap(checkDirectory),
        ...checkRunning(config.logDirs),
      ],
      hosts: config.listeners.map(({ advertised }) => advertised.host),
    }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    const fix = 'millrace config explain <key> says what a key takes'
    return { findings: error.message.split('\n').map((what) => fail(check, what, fix)), hosts: [] }
  }
}

/** What the system gives the broker that runs on this data: systemd, say, has limits of its own. */
const checkRunning = (logDirs: readonly string[]): readonly Finding[] => {
  const broker = readMark(logDirs)
  if (broker === null || !isRunning(broker)) return []
  return [checkFiles('open files of the broker', `/proc/${broker.pid}/limits`)]
}

/** Each broker has to be reachable where the cluster says it is. */
const checkCluster = async (terminal: Terminal, settings: Settings): Promise<Checked> => {
  const asked = settings.bootstrap.map(({ host }) => host)
  const where = settings.bootstrap.map(showAddress).join(', ')
  let client: Client
  try {
    client = await Client.open({ ...settings, waiting: waitingOf(terminal) })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { findings: [warn('cluster', `${where} does not answer`, 'millrace start, or --bootstrap')], hosts: asked }
  }
  try {
    const { brokers } = await client.cluster()
    const found = brokers.map(async (broker): Promise<Finding> => {
      const check = `broker ${broker.id}`
      try {
        await client.connectionTo(broker.id)
        return ok(check, `answers at ${showAddress(broker)}, which it advertises`)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return fail(check, error.message, error.next ?? '')
      }
    })
    return { findings: await Promise.all(found), hosts: [...asked, ...brokers.map(({ host }) => host)] }
  } finally {
    client.close()
  }
}
