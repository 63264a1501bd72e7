// How a folder of `test/clients` becomes programs that run: one recipe for each kind of toolchain, each with its lock file.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { clients } from './paths.ts'
import { type Command, run } from './process.ts'

export interface Recipe {
  /** What must be there before: a program that answers, and what to install when it does not. */
  readonly needs: readonly { readonly command: Command; readonly install: string }[]
  /** Files whose content decides whether an installation is still right. */
  readonly inputs: () => readonly string[]
  readonly install: () => Promise<void>
  /** Runs a program of the folder: a script, a class or a binary by its name. */
  readonly program: (name: string, ...args: readonly string[]) => Command
}

const INSTALL_TIMEOUT_MS = 900_000
const COMPILER = 'make and a C++ compiler (Debian package build-essential)'

const needed = (install: string, command: string, ...args: readonly string[]) => ({
  command: { command, args },
  install,
})

/** Files of a folder, not of the folders in it. */
const filesOf = (directory: string, extension: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => join(directory, name))

/** librdkafka from the source in the package and the compression libraries of the system; it downloads nothing. */
export const librdkafkaForNode: Addons = {
  needs: [
    needed(
      'the headers of zlib and zstd (Debian packages pkg-config, zlib1g-dev and libzstd-dev)',
      'pkg-config',
      '--exists',
      'zlib',
      'libzstd',
    ),
  ],
  env: { npm_config_build_from_source: 'true', CKJS_LINKING: 'dynamic' },
}

export interface JavaRecipe extends Recipe {
  readonly jars: string
  readonly classes: string
  readonly classPath: string
}

/** Warnings to standard error, nothing else. */
export const javaLogging = `-Dlog4j2.configurationFile=${join(clients, 'java', 'log4j2.properties')}`

export const quickJvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', javaLogging]

/** Jars by `pom.xml` of the folder, or by one profile in it, and classes from its sources, or from the folders in it that are named. */
export const javaClasses = (
  folder: string,
  { profile, sources = ['.'] }: { readonly profile?: string; readonly sources?: readonly string[] } = {},
): JavaRecipe => {
  const directory = join(clients, folder)
  const pom = join(directory, 'pom.xml')
  const target = join(directory, 'target', profile ?? '')
  const jars = join(target, 'lib')
  const classes = join(target, 'classes')
  const classPath = `${classes}:${jars}/*`
  const files = (): readonly string[] => sources.flatMap((name) => filesOf(join(directory, name), '.java'))
  return {
    jars,
    classes,
    classPath,
    needs: [
      needed('a JDK 17 or newer (Debian package default-jdk-headless)', 'javac', '-version'),
      needed('Maven (Debian package maven)', 'mvn', '-version'),
    ],
    inputs: () => [pom, ...files()],
    install: async () => {
      rmSync(target, { recursive: true, force: true })
      const maven = ['-q', '-B', '-f', pom, ...(profile === undefined ? [] : [`-P${profile}`])]
      const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}`]
      await run({ command: 'mvn', args: [...maven, ...copy] }, { timeoutMs: INSTALL_TIMEOUT_MS })
      await run({ command: 'javac', args: ['-nowarn', '-cp', `${jars}/*`, '-d', classes, ...files()] })
    },
    program: (mainClass, ...args) => ({
      command: 'java',
      args: ['-Xmx512m', ...quickJvm, '-cp', classPath, mainClass, ...args],
    }),
  }
}

/** A virtual environment by `requirements.txt` of the folder; its scripts lie there, or where `scripts` says. */
export const virtualEnvironment = (folder: string, scripts: string = folder): Recipe => {
  const directory = join(clients, folder)
  const environment = join(directory, '.venv')
  const python = join(environment, 'bin', 'python')
  const requirements = join(directory, 'requirements.txt')
  return {
    needs: [
      // Debian ships Python without ensurepip, and venv then answers but makes nothing.
      needed(
        'Python 3.9 or newer with venv (Debian packages python3 and python3-venv)',
        'python3',
        '-c',
        'import venv, ensurepip',
      ),
    ],
    inputs: () => [requirements],
    install: async () => {
      rmSync(environment, { recursive: true, force: true })
      await run({ command: 'python3', args: ['-m', 'venv', environment] })
      const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'install', '--require-hashes']
      const args = [...pip, '--only-binary', ':all:', '-r', requirements]
      await run({ command: python, args }, { timeoutMs: INSTALL_TIMEOUT_MS })
    },
    program: (name, ...args) => ({ command: python, args: ['-u', join(clients, scripts, name), ...args] }),
  }
}

interface Addons {
  readonly needs?: Recipe['needs']
  /** For what compiles them. */
  readonly env?: Readonly<Record<string, string>>
}

/** Packages by `package-lock.json` of the folder; addons are compiled. */
export const nodePackages = (folder: string, { needs = [], env = {} }: Addons = {}): Recipe => {
  const directory = join(clients, folder)
  return {
    needs: [
      needed('npm', 'npm', '--version'),
      needed('Python 3 (Debian package python3)', 'python3', '--version'),
      needed(COMPILER, 'make', '--version'),
      needed(COMPILER, 'c++', '--version'),
      ...needs,
    ],
    inputs: () => [join(directory, 'package-lock.json')],
    install: async () => {
      // node-gyp compiles the addons; with the headers beside Node nothing has to be downloaded for it.
      const prefix = dirname(dirname(process.execPath))
      const headers = existsSync(join(prefix, 'include', 'node')) ? { npm_config_nodedir: prefix } : {}
      const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
      await run(
        { command: 'npm', args, cwd: directory, env: { ...headers, ...env } },
        { timeoutMs: INSTALL_TIMEOUT_MS },
      )
    },
    program: (name, ...args) => ({ command: process.execPath, args: [join(directory, name), ...args] }),
  }
}

/** Every program of the module in the folder, built by its `go.sum` into `target/`. */
export const goBinaries = (folder: string): Recipe => {
  const directory = join(clients, folder)
  const sources = (): readonly string[] => readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return {
    needs: [needed('Go 1.26 or newer', 'go', 'version')],
    inputs: () =>
      sources()
        .filter((path) => /\.go$|^go\.(mod|sum)$/.test(path))
        .toSorted()
        .map((path) => join(directory, path)),
    install: async () => {
      const args = ['build', '-mod=readonly', '-trimpath', '-o', 'target/', './...']
      await run({ command: 'go', args, cwd: directory }, { timeoutMs: INSTALL_TIMEOUT_MS })
    },
    program: (name, ...args) => ({ command: join(directory, 'target', name), args }),
  }
}

/** The crate of the folder, built by its `Cargo.lock`; libraries in C are compiled from the source in their crates. */
export const cargoBinary = (folder: string): Recipe => {
  const directory = join(clients, folder)
  return {
    needs: [
      needed('Rust (rustup)', 'cargo', '--version'),
      needed(COMPILER, 'make', '--version'),
      needed(COMPILER, 'c++', '--version'),
    ],
    inputs: () => [
      join(directory, 'Cargo.toml'),
      join(directory, 'Cargo.lock'),
      ...filesOf(join(directory, 'src'), '.rs'),
    ],
    install: async () => {
      const args = ['build', '--quiet', '--release', '--locked', '--target-dir', 'target']
      await run({ command: 'cargo', args, cwd: directory }, { timeoutMs: INSTALL_TIMEOUT_MS })
    },
    program: (name, ...args) => ({ command: join(directory, 'target', 'release', name), args }),
  }
}

/** kcat as the system has it. Its driver is ours, a Node program without packages. */
export const kcatProgram = (folder: string): Recipe => ({
  needs: [needed('kcat (Debian package kcat)', 'kcat', '-V')],
  inputs: () => [],
  install: () => Promise.resolve(),
  program: (name, ...args) => ({ command: process.execPath, args: [join(clients, folder, name), ...args] }),
})

/** The browser as the system has it. */
export const browser = (): Recipe => {
  const find = { command: 'sh', args: ['-c', 'command -v chromium || command -v google-chrome'] }
  return {
    needs: [{ command: find, install: 'Chromium (Debian package chromium)' }],
    inputs: () => [],
    install: () => Promise.resolve(),
    program: (_name, ...args) => ({
      command: execFileSync(find.command, find.args, { encoding: 'utf8' }).trim(),
      args,
    }),
  }
}
