// The foreign clients: found or installed once, by the hash of what defines them, with one progress line each.
//
// A client whose runtime is missing leaves its tests out with one line that says what to install; with CI=true that is a failure,
// because a run that skips proves nothing.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { cache, clients } from './paths.ts'
import { type Command, run } from './process.ts'

export type ClientKind = 'java' | 'python' | 'node' | 'kcat'

interface Recipe {
  /** What must be there before: a program that answers, and what to install when it does not. */
  readonly needs: readonly { readonly command: Command; readonly install: string }[]
  /** Files whose content decides whether an installation is still right. */
  readonly inputs: () => readonly string[]
  readonly install: () => Promise<void>
}

const INSTALL_TIMEOUT_MS = 600_000
const COMPILER = 'make and a C++ compiler (Debian package build-essential)'

const javaDirectory = join(clients, 'java')
const pythonDirectory = join(clients, 'python')
const nodeDirectory = join(clients, 'node')
const virtualEnvironment = join(pythonDirectory, '.venv')

const recipes: Readonly<Record<ClientKind, Recipe>> = {
  java: {
    needs: [
      {
        command: { command: 'javac', args: ['-version'] },
        install: 'a JDK 17 or newer (Debian package default-jdk-headless)',
      },
      { command: { command: 'mvn', args: ['-version'] }, install: 'Maven (Debian package maven)' },
    ],
    inputs: () => [join(javaDirectory, 'pom.xml'), ...javaSources()],
    install: async () => {
      const quiet = ['-q', '-B', '-f', join(javaDirectory, 'pom.xml')]
      const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}`]
      await run({ command: 'mvn', args: [...quiet, ...copy] }, { timeoutMs: INSTALL_TIMEOUT_MS })
      await run({ command: 'javac', args: ['-nowarn', '-cp', `${jars}/*`, '-d', classes, ...javaSources()] })
    },
  },
  python: {
    needs: [
      // Debian ships Python without ensurepip, and venv then answers but makes nothing.
      {
        command: { command: 'python3', args: ['-c', 'import venv, ensurepip'] },
        install: 'Python 3.9 or newer with venv (Debian packages python3 and python3-venv)',
      },
    ],
    inputs: () => [join(pythonDirectory, 'requirements.txt')],
    install: async () => {
      rmSync(virtualEnvironment, { recursive: true, force: true })
      await run({ command: 'python3', args: ['-m', 'venv', virtualEnvironment] })
      const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install', '--require-hashes']
      const requirements = ['--only-binary', ':all:', '-r', join(pythonDirectory, 'requirements.txt')]
      await run({ command: python, args: [...pip, ...requirements] }, { timeoutMs: INSTALL_TIMEOUT_MS })
    },
  },
  node: {
    // The lz4 plug-in of kafkajs is compiled by node-gyp.
    needs: [
      { command: { command: 'npm', args: ['--version'] }, install: 'npm' },
      { command: { command: 'python3', args: ['--version'] }, install: 'Python 3 (Debian package python3)' },
      { command: { command: 'make', args: ['--version'] }, install: COMPILER },
      { command: { command: 'c++', args: ['--version'] }, install: COMPILER },
    ],
    inputs: () => [join(nodeDirectory, 'package-lock.json')],
    install: async () => {
      // The lz4 plug-in of kafkajs compiles an addon; with the headers beside Node nothing has to be downloaded for it.
      const prefix = dirname(dirname(process.execPath))
      const headers = existsSync(join(prefix, 'include', 'node')) ? { npm_config_nodedir: prefix } : {}
      const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
      await run({ command: 'npm', args, cwd: nodeDirectory, env: headers }, { timeoutMs: INSTALL_TIMEOUT_MS })
    },
  },
  kcat: {
    needs: [{ command: { command: 'kcat', args: ['-V'] }, install: 'kcat (Debian package kcat)' }],
    inputs: () => [],
    install: () => Promise.resolve(),
  },
}

const jars = join(javaDirectory, 'target', 'lib')
const classes = join(javaDirectory, 'target', 'classes')

const javaSources = (): readonly string[] =>
  readdirSync(javaDirectory)
    .filter((name) => name.endsWith('.java'))
    .toSorted()
    .map((name) => join(javaDirectory, name))

export const javaClassPath = (): string => `${classes}:${jars}/*`

/** Warnings to standard error, nothing else. */
export const javaLogging = `-Dlog4j2.configurationFile=${join(javaDirectory, 'log4j2.properties')}`

const quickJvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', javaLogging]

export const python = join(virtualEnvironment, 'bin', 'python')

/** A command that runs one of our scripts in `test/clients`. */
export const script = {
  python: (name: string, ...args: readonly string[]): Command => ({
    command: python,
    args: ['-u', join(pythonDirectory, name), ...args],
  }),
  node: (name: string, ...args: readonly string[]): Command => ({
    command: process.execPath,
    args: [join(nodeDirectory, name), ...args],
  }),
  java: (mainClass: string, ...args: readonly string[]): Command => ({
    command: 'java',
    args: ['-Xmx512m', ...quickJvm, '-cp', javaClassPath(), mainClass, ...args],
  }),
  /** The JVM that runs Kafka's tools: it loads their jars itself, anew for each call, so they are not on its class path. */
  javaTools: (): Command => {
    const others = readdirSync(jars).filter((name) => !/^kafka(-tools-|_)/.test(name))
    const path = [classes, ...others.map((name) => join(jars, name))].join(':')
    return { command: 'java', args: ['-Xmx768m', ...quickJvm, '-cp', path, 'Tools', jars] }
  },
} as const

/** Installs a client once per content of its lock file. Throws when a runtime is missing or the installation fails. */
export const install = (kind: ClientKind): Promise<void> => {
  const stamp = join(cache, `${kind}.stamp`)
  const recipe = recipes[kind]
  mkdirSync(cache, { recursive: true })
  return exclusively(`${stamp}.lock`, async () => {
    const missing = await missingRuntime(recipe)
    if (missing !== undefined) throw new Error(`${kind} client: install ${missing}`)
    const inputs = recipe.inputs()
    const wanted = hash(inputs)
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
    if (inputs.length > 0) process.stderr.write(`installing the ${kind} clients ...\n`)
    rmSync(stamp, { force: true })
    await recipe.install()
    writeFileSync(stamp, wanted)
  })
}

/**
 * For the head of a test file: undefined when all are there, else the line to skip with. Under CI a missing runtime throws.
 */
export const missingClients = async (...kinds: readonly ClientKind[]): Promise<string | undefined> => {
  for (const kind of kinds) {
    const missing = await missingRuntime(recipes[kind])
    if (missing !== undefined) {
      const line = `skipped, the ${kind} client is missing: install ${missing}`
      if (process.env['CI'] === 'true') throw new Error(line)
      process.stderr.write(`${line}\n`)
      return line
    }
    await install(kind)
  }
  return undefined
}

const missingRuntime = async (recipe: Recipe): Promise<string | undefined> => {
  for (const { command, install: what } of recipe.needs) {
    const found = await run(command).then(
      () => true,
      () => false,
    )
    if (!found) return what
  }
  return undefined
}

const hash = (files: readonly string[]): string => {
  const digest = createHash('sha256').update(process.version)
  for (const file of files) digest.update(readFileSync(file))
  return digest.digest('hex')
}
