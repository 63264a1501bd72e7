// A broker under libfiu: an engine whose system calls go through libc, where libfiu refuses some of them at random, and a witness in front
// of it that tells which were refused on files of the data directory.
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Broker, startBroker } from '../harness/broker.ts'
import { repository } from '../harness/paths.ts'
import { run } from '../harness/process.ts'

const BUILD_MS = 1_200_000

/** A call on a file of the data directory that was refused, or cut short where there is no error number. */
export interface Refusal {
  readonly call: string
  readonly error: number
  readonly path: string
}

export interface Refusing {
  readonly broker: Broker
  /** From now on some calls of one kind are refused; never more than one kind at a time. */
  readonly refuse: (point: string, error: number, probability: number) => Promise<void>
  readonly refuseNothing: () => Promise<void>
  /** Since the start, in their order. */
  readonly refusals: () => readonly Refusal[]
}

/** Builds engine and witness into a directory. */
export const build = async (directory: string): Promise<void> => {
  await run({ command: 'fiu-run', args: ['-n', 'true'] }).catch((cause: unknown) => {
    throw new Error('libfiu is missing: install Debian package fiu-utils', { cause })
  })
  const target = join(repository, 'target', 'libc-calls')
  const features = ['--features', 'napi,libc-calls', '--package', 'logstore', '--target-dir', target]
  await run({ command: 'cargo', args: ['build', ...features], cwd: repository }, { timeoutMs: BUILD_MS })
  copyFileSync(join(target, 'debug', 'liblogstore.so'), join(directory, 'logstore.node'))
  const witness = [join(import.meta.dirname, 'witness.c'), '-o', join(directory, 'witness.so'), '-ldl']
  await run({ command: 'cc', args: ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', ...witness] })
}

/** A broker on the engine that was built into `built`; what it writes goes into `directory`. */
export const refusingBroker = async (
  built: string,
  directory: string,
  overrides: Readonly<Record<string, string>>,
): Promise<Refusing> => {
  const [fifo, told, data] = ['fiu', 'refusals', 'data'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  const environment = {
    NAPI_RS_NATIVE_LIBRARY_PATH: join(built, 'logstore.node'),
    WITNESS_OF: data,
    WITNESS_TO: told,
  }
  const broker = await startBroker({
    within: [
      'env',
      ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      ...['fiu-run', '-x', '-f', fifo],
      // `fiu-run` says what is loaded first; the witness goes before it.
      ...['sh', '-c', 'LD_PRELOAD="$0 $LD_PRELOAD" exec "$@"', join(built, 'witness.so')],
    ],
    dataDirectory: data,
    overrides,
  })
  let refused: string | undefined
  const control = (command: string) =>
    run({ command: 'fiu-ctrl', args: ['-f', fifo, '-c', command, String(broker.pid())] })
  return {
    broker,
    refuse: async (point, error, probability) => {
      await control(`enable_random name=${point},probability=${probability},failinfo=${error}`)
      refused = point
    },
    refuseNothing: async () => {
      if (refused !== undefined) await control(`disable name=${refused}`)
      refused = undefined
    },
    refusals: () => (existsSync(told) ? readFileSync(told, 'utf8').trimEnd().split('\n').map(parse) : []),
  }
}

const parse = (line: string): Refusal => {
  const [call = '', error = '', ...path] = line.split(' ')
  return { call, error: Number(error), path: path.join(' ') }
}
