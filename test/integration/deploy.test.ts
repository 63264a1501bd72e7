// Image, containers and service, as far as it shows without running them: what they name exists, and what they say the broker understands.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { start } from 'millrace'
import { readYaml } from 'millrace/cli/profiles.js'
import { parseEnvironment } from 'millrace/configs/environment.js'
import { readStartUp, type StartUp } from 'millrace/configs/start-up.js'
import { expect, test } from 'vitest'
import { startBroker } from '../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { millrace } from '../harness/millrace.ts'
import { repository } from '../harness/paths.ts'
import { run, start as launch } from '../harness/process.ts'

const deploy = join(repository, 'ts', 'broker', 'deploy')
const text = (name: string): string => readFileSync(join(deploy, name), 'utf8')

/** The instructions of the last stage: that is the image. */
const image = text('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
const stage = image.slice(image.findLastIndex(([word]) => word === 'FROM'))
const instruction = (word: string): string => stage.find(([each]) => each === word)?.[1] ?? ''
const imageEnvironment = Object.fromEntries(
  instruction('ENV')
    .split(' ')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
)

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly ports: readonly string[]
}

interface Compose {
  readonly services: Readonly<Record<'millrace' | 'prometheus' | 'grafana', Service>> & {
    readonly millrace: { readonly build: { readonly context: string; readonly dockerfile: string } }
  }
  readonly volumes: Readonly<Record<string, null>>
}

const yaml = async <T>(name: string): Promise<T> => (await readYaml(join(deploy, name))) as T
const compose = await yaml<Compose>('compose.yaml')
const { services } = compose

const startUp = (environment: Readonly<Record<string, string>>): StartUp => {
  const { values, clusterId } = parseEnvironment(environment)
  return readStartUp({ file: new Map(), environment: values, flags: new Map(), clusterId })
}

const portsOf = ({ config }: StartUp): number[] => [
  ...config.listeners.map(({ port }) => port),
  config.admin?.port ?? 0,
]

test('the image says where its data is and what it serves, and opens itself only where that is asked for', () => {
  expect(() => startUp(imageEnvironment)).toThrow('millrace.insecure=true')
  const said = startUp({ ...imageEnvironment, MILLRACE_INSECURE: 'true' })
  expect(said.warnings).toEqual([])
  expect(said.withoutEffect).toEqual([])
  expect(said.config.logDirs).toEqual([instruction('VOLUME')])
  expect(instruction('EXPOSE').split(' ').map(Number)).toEqual(portsOf(said))
  expect(instruction('USER')).toBe('1001:0')
})

test('its health check is a command that a broker passes wherever it sends clients, and none fails', async () => {
  const [program, ...words] = JSON.parse(instruction('HEALTHCHECK').replace(/^.* CMD /, '')) as string[]
  expect(program).toBe('millrace')
  const data = temporaryDirectory('health')
  const environment = { KAFKA_LOG_DIRS: data }
  const properties = {
    'log.dirs': data,
    'admin.listener': 'http://127.0.0.1:0',
    'admin.password': 'chosen for a test',
    // A port of the host of the container: in there it is nobody's.
    'advertised.listeners': 'PLAINTEXT://localhost:1',
  }
  const broker = await start({ properties })
  const passed = await millrace(words, { environment })
  expect(passed, passed.complained).toMatchObject({ code: 0 })
  await broker.stop()
  expect((await millrace(words, { environment })).code).not.toBe(0)
  removeDirectory(data)
})

test('the build copies nothing that a clone makes, and packs with commands that are there', () => {
  const scripts = (JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts: object }).scripts
  const asked = [...text('Dockerfile').matchAll(/npm run (\w+)/g)].map(([, name = '']) => name)
  expect(asked).toEqual(['package'])
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(asked))
  expect(text('Dockerfile.dockerignore').split('\n')).toEqual(
    expect.arrayContaining(['.git', 'target', '**/dist', '**/node_modules']),
  )
})

test('the broker of the containers understands its environment, and is reached from this machine alone', () => {
  const said = startUp({ ...imageEnvironment, ...services.millrace.environment })
  expect(said.warnings).toEqual([])
  const advertised = said.config.listeners.map(({ advertised: { host, port } }) => `${host}:${port}`)
  expect(advertised).toEqual(['localhost:9092', 'millrace:19092'])
  expect(services.millrace.ports).toEqual(['127.0.0.1:9092:9092', '127.0.0.1:9644:9644'])
  expect(portsOf(said)).toEqual(expect.arrayContaining([9092, 9644]))
  expect(services.millrace.volumes).toEqual([`data:${instruction('VOLUME')}`])
  const { context, dockerfile } = services.millrace.build
  expect(resolve(deploy, context)).toBe(resolve(repository))
  expect(existsSync(join(deploy, context, dockerfile))).toBe(true)
  for (const { ports } of Object.values(services))
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
})

/** Where a container sees a file of ours. */
const mounted = (service: Service): ReadonlyMap<string, string> =>
  new Map(
    service.volumes
      .filter((volume) => volume.startsWith('.'))
      .map((volume) => {
        const [here = '', there = ''] = volume.split(':')
        return [there, resolve(deploy, here)]
      }),
  )

test('every volume is declared or a file of ours', () => {
  for (const service of Object.values(services)) {
    for (const path of mounted(service).values()) expect(existsSync(path), path).toBe(true)
    const named = service.volumes.filter((volume) => !volume.startsWith('.')).map((volume) => volume.split(':')[0]!)
    for (const name of named) expect(Object.keys(compose.volumes)).toContain(name)
    expect(service.image === 'millrace' || /:v?\d+\.\d+\.\d+$/.test(service.image), service.image).toBe(true)
  }
})

test('Prometheus asks where metrics are, with our rules', async () => {
  interface Prometheus {
    readonly rule_files: readonly string[]
    readonly scrape_configs: readonly {
      readonly metrics_path: string
      readonly static_configs: readonly { readonly targets: readonly string[] }[]
    }[]
  }
  const { rule_files: rules, scrape_configs: scrapes } = await yaml<Prometheus>('prometheus.yaml')
  const files = mounted(services.prometheus)
  expect(files.get('/etc/prometheus/prometheus.yml')).toBe(join(deploy, 'prometheus.yaml'))
  expect(rules.map((rule) => files.get(rule))).toEqual([resolve(deploy, '../monitoring/alerts.yaml')])
  const said = startUp({ ...imageEnvironment, ...services.millrace.environment })
  expect(scrapes[0]?.static_configs[0]?.targets).toEqual([`millrace:${said.config.admin?.port}`])

  const password = { 'admin.password': 'chosen for a test' }
  const broker = await start({ properties: { 'admin.listener': 'http://127.0.0.1:0', ...password } })
  const asked = await fetch(`${broker.console}${scrapes[0]?.metrics_path}`)
  expect(await asked.text()).toContain('millrace_build_info')
  await broker.stop()
})

test('Grafana has that Prometheus and our dashboard', async () => {
  interface Sources {
    readonly datasources: readonly { readonly url: string; readonly isDefault: boolean }[]
  }
  interface Dashboards {
    readonly providers: readonly { readonly options: { readonly path: string } }[]
  }
  const [source] = (await yaml<Sources>('grafana/datasource.yaml')).datasources
  expect(source?.url).toBe(`http://prometheus:${services.prometheus.ports[0]?.split(':')[2]}`)
  expect(source?.isDefault).toBe(true)
  const files = mounted(services.grafana)
  const [provider] = (await yaml<Dashboards>('grafana/dashboards.yaml')).providers
  const dashboard = [...files].find(([, path]) => path.endsWith('grafana-dashboard.json'))
  expect(dirname(dashboard?.[0] ?? '')).toBe(provider?.options.path)
  expect(services.grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(dashboard?.[0])
  const variables = (JSON.parse(readFileSync(dashboard?.[1] ?? '', 'utf8')) as { templating: { list: object[] } })
    .templating
  expect(variables.list).toContainEqual(expect.objectContaining({ type: 'datasource', query: 'prometheus' }))
})

const service = text('millrace.service')
const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1] ?? ''

test('the service starts a command that there is, keeps its data, and waits for a stop in order', async () => {
  const [program, ...words] = setting('ExecStart').split(' ')
  expect(program).toBe('/usr/local/bin/millrace')
  expect(words).toEqual(['start', '%d/server.properties'])
  expect((await millrace(['start', '--help'])).said).toContain('[server.properties]')
  expect(setting('LoadCredential')).toMatch(/^server\.properties:\//)
  expect(setting('WorkingDirectory')).toBe(`%S/${setting('StateDirectory')}`)
  expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(60)
})

/** Stands where systemd would: prints each datagram as a line of JSON. */
const LISTENER = `
import json, socket, sys
name = sys.argv[1]
asked = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
asked.bind('\\0' + name[1:] if name.startswith('@') else name)
print('bound', flush=True)
while True:
    print(json.dumps(asked.recv(4096).decode()), flush=True)
`

test.each(['a path', 'a name without a file'])(
  'it tells the supervisor behind %s when it serves, lives and stops',
  async (where) => {
    expect(setting('Type')).toBe('notify')
    expect(setting('TimeoutStartSec')).toBe('infinity')
    const directory = temporaryDirectory('notify')
    const name = where === 'a path' ? join(directory, 'socket') : `@millrace-${process.pid}`
    const listener = launch({ command: 'python3', args: ['-c', LISTENER, name] })
    await listener.line('bound', (line) => (line === 'bound' ? true : undefined))
    const told = (assignment: string): Promise<string> =>
      listener.line(assignment, (line) => {
        const text = line === 'bound' ? '' : (JSON.parse(line) as string)
        return text.split('\n').includes(assignment) ? text : undefined
      })
    const broker = await startBroker({
      target: 'millrace',
      within: ['env', `NOTIFY_SOCKET=${name}`, 'WATCHDOG_USEC=200000'],
    })
    expect(await told('READY=1')).toContain(`STATUS=serving PLAINTEXT 127.0.0.1:${broker.port}`)
    await told('WATCHDOG=1')
    expect(await broker.halt()).toBe(0)
    await told('STOPPING=1')
    await broker.stop()
    await listener.kill()
    removeDirectory(directory)
  },
)

const analyzer = await run({ command: 'systemd-analyze', args: ['--version'] }).catch(() => null)

test('systemd reads the unit without a word', async () => {
  // Where there is no systemd, the shape alone: sections in their order and nothing but settings.
  expect(service.match(/^\[\w+\]$/gm)).toEqual(['[Unit]', '[Service]', '[Install]'])
  expect(service.split('\n').filter((line) => !/^(|#.*|\[\w+\]|[A-Z]\w+=.*)$/.test(line))).toEqual([])
  if (analyzer === null) return
  const directory = temporaryDirectory('unit')
  const unit = join(directory, 'millrace.service')
  writeFileSync(unit, service.replace('/usr/local/bin/millrace', process.execPath))
  const { stdout, stderr } = await run({ command: 'systemd-analyze', args: ['verify', '--man=no', unit] })
  expect(`${stdout.toString()}${stderr}`).toBe('')
  removeDirectory(directory)
})
