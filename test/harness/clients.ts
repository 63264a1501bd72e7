// The foreign clients: found or installed once, by the hash of what defines them, with one progress line each.
//
// A client whose runtime is missing leaves its tests out with one line that says what to install; with CI=true that is a failure,
// because a run that skips proves nothing.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { cache } from './paths.ts'
import { type Command, run } from './process.ts'
import {
  browser,
  cargoBinary,
  goBinaries,
  javaClasses,
  kcatProgram,
  librdkafkaForNode,
  nodePackages,
  quickJvm,
  type Recipe,
  virtualEnvironment,
} from './recipes.ts'

const java = javaClasses('java')
const javaDriver = (profile: string, names: string) => javaClasses('java/driver', { profile, sources: ['src', names] })

/** One installation each: what shares a lock file shares a name here. */
const recipes = {
  java,
  'java-4': javaDriver('kafka-4', 'since-3.1'),
  'java-3': javaDriver('kafka-3', 'since-3.1'),
  'java-2': javaDriver('kafka-2', 'before-3.1'),
  python: virtualEnvironment('python'),
  'kafka-python-2': virtualEnvironment('python/kafka-python-2', 'python'),
  aiokafka: virtualEnvironment('python/aiokafka', 'python'),
  node: nodePackages('node'),
  'confluent-node': nodePackages('node/confluent', librdkafkaForNode),
  go: goBinaries('go'),
  rust: cargoBinary('rust'),
  kcat: kcatProgram('kcat'),
  browser: browser(),
} satisfies Readonly<Record<string, Recipe>>

export type ClientKind = keyof typeof recipes

export const javaClassPath = (): string => java.classPath

/** A command that runs a program of an installed client. */
export const program = (kind: ClientKind, name: string, ...args: readonly string[]): Command =>
  recipes[kind].program(name, ...args)

/** A command that runs one of our scripts in `test/clients`. */
export const script = {
  python: recipes.python.program,
  node: recipes.node.program,
  java: java.program,
  /** The JVM that runs Kafka's tools: it loads their jars itself, anew for each call, so they are not on its class path. */
  javaTools: (): Command => {
    const others = readdirSync(java.jars).filter((name) => !/^kafka(-tools-|_)/.test(name))
    const path = [java.classes, ...others.map((name) => join(java.jars, name))].join(':')
    return { command: 'java', args: ['-Xmx768m', ...quickJvm, '-cp', path, 'Tools', java.jars] }
  },
} as const

/** Installs a client once per content of its lock file. Throws when a runtime is missing or the installation fails. */
export const install = (kind: ClientKind): Promise<void> => {
  const stamp = join(cache, `${kind}.stamp`)
  const recipe: Recipe = recipes[kind]
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
