// Listeners as Kafka writes them, NAME://host:port, and the guard in front of them: what other machines can reach has to be
// asked for by name as long as there is no TLS with authentication.
import type { BrokerValues } from './definitions.ts'

export interface Listener {
  readonly name: string
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** What clients are told; port 0 stands for the one that was bound. */
  readonly advertised: { readonly host: string; readonly port: number }
}

/** Where the admin server listens. */
export interface AdminPlace {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Somebody asked for it: a broker that cannot have it does not start. */
  readonly isChosen: boolean
}

export interface Listeners {
  readonly bound: readonly Listener[]
  /** Null where it is switched off. */
  readonly admin: AdminPlace | null
  readonly warnings: readonly string[]
  /** Each with the key that has to change. */
  readonly problems: readonly string[]
}

interface Endpoint {
  readonly name: string
  readonly host: string
  readonly port: number
}

export const LOOPBACK = '127.0.0.1'
const PORT_MAX = 65_535
const SHAPE = /^([^:/]+):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([\w.%-]*)):(\d{1,5})$/

const parseEndpoint = (text: string): Endpoint | null => {
  const [, name = '', ipv6, host, port] = SHAPE.exec(text) ?? []
  if (name === '' || Number(port) > PORT_MAX) return null
  return { name: name.toUpperCase(), host: ipv6 ?? host ?? '', port: Number(port) }
}

/** True for addresses that only this machine reaches. Names other than localhost count as reachable. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Of a listener that every address of the machine reaches. */
export const isEveryInterface = (host: string): boolean => host === '0.0.0.0' || /^[0:]*::[0:]*$/.test(host)

const shown = ({ name, host, port }: Endpoint): string => `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`

const protocolsByName = (map: string): Map<string, string> =>
  new Map(
    map.split(',').map((entry) => {
      const [name = '', protocol = ''] = entry.split(':')
      return [name.trim().toUpperCase(), protocol.trim().toUpperCase()]
    }),
  )

/** The listeners to bind, from the keys that speak of them. */
export const resolveListeners = (values: BrokerValues, isSet: (key: string) => boolean): Listeners => {
  const problems: string[] = []
  const warnings: string[] = []
  const endpointsOf = (key: string, texts: readonly string[]): Endpoint[] =>
    texts.flatMap((text) => {
      const endpoint = parseEndpoint(text)
      if (endpoint === null) problems.push(`${key}: "${text}" is not NAME://host:port`)
      return endpoint ?? []
    })

  const controllers = new Set(['CONTROLLER', ...values['controller.listener.names'].map((name) => name.toUpperCase())])
  const protocols = protocolsByName(values['listener.security.protocol.map'])
  const advertised = endpointsOf('advertised.listeners', values['advertised.listeners'] ?? [])
  // Kafka's image derives the listeners from what is advertised, where only that is given.
  const derived = values['advertised.listeners'] !== null && !isSet('listeners')
  const given = derived ? advertised.map((one) => ({ ...one, host: '' })) : endpointsOf('listeners', values.listeners)
  const served = given.filter((endpoint) => !controllers.has(endpoint.name))

  if (served.length === 0 && problems.length === 0) problems.push('listeners: none is left that a client could use')
  problems.push(...clashes(served))
  for (const { name } of advertised) {
    if (!controllers.has(name) && !served.some((endpoint) => endpoint.name === name)) {
      problems.push(`advertised.listeners: ${name} is not one of the listeners`)
    }
  }

  const bound = served.map((endpoint): Listener => {
    const protocol = protocols.get(endpoint.name)
    if (protocol === undefined) {
      problems.push(`listener.security.protocol.map: no protocol is given for listener ${endpoint.name}`)
    } else if (protocol !== 'PLAINTEXT') {
      problems.push(`listeners: ${endpoint.name} asks for ${protocol}, which is not provided yet; allowed is PLAINTEXT`)
    }
    const host = endpoint.host === '' ? LOOPBACK : endpoint.host
    if (endpoint.host === '') {
      warnings.push(`listener ${endpoint.name} names no host and is bound to ${LOOPBACK} only`)
    }
    problems.push(...exposure('listeners', shown({ ...endpoint, host }), host, values['millrace.insecure']))
    const told = advertised.find((one) => one.name === endpoint.name)
    if (isEveryInterface(told?.host ?? host)) {
      problems.push(`advertised.listeners: clients cannot connect to ${told?.host ?? host}; name an address they reach`)
    }
    const toldHost = told === undefined || told.host === '' ? host : told.host
    return {
      name: endpoint.name,
      host,
      port: endpoint.port,
      advertised: { host: toldHost, port: told?.port ?? endpoint.port },
    }
  })
  const admin = adminEndpoint(values['admin.listener'])
  if (admin === 'unreadable')
    problems.push(`admin.listener: "${values['admin.listener']}" is not http://host:port, nor none`)
  if (admin === 'unreadable' || admin === null) return { bound, admin: null, warnings, problems }
  problems.push(...exposure('admin.listener', values['admin.listener'], admin.host, values['millrace.insecure']))
  return { bound, admin: { ...admin, isChosen: isSet('admin.listener') }, warnings, problems }
}

const clashes = (endpoints: readonly Endpoint[]): string[] => {
  const names = new Set<string>()
  const places = new Set<string>()
  return endpoints.flatMap((endpoint) => {
    const place = `${endpoint.host}:${endpoint.port}`
    const found = [
      ...(names.has(endpoint.name) ? [`listeners: the name ${endpoint.name} is there twice`] : []),
      ...(endpoint.port !== 0 && places.has(place) ? [`listeners: port ${endpoint.port} is there twice`] : []),
    ]
    names.add(endpoint.name)
    places.add(place)
    return found
  })
}

const exposure = (key: string, place: string, host: string, insecure: boolean): string[] =>
  insecure || isLoopback(host)
    ? []
    : [
        `${key}: ${place} is reachable from other machines without TLS and authentication; ` +
          'bind 127.0.0.1, or say millrace.insecure=true (MILLRACE_INSECURE=true) if that is what you want',
      ]

const OFF: ReadonlySet<string> = new Set(['', 'none'])

/** Whether `admin.listener` says that there is no admin server. */
export const isOff = (place: string): boolean => OFF.has(place.trim().toLowerCase())

/** Null for none. The scheme may be left out; another one than http is not there. */
const adminEndpoint = (place: string): { readonly host: string; readonly port: number } | 'unreadable' | null => {
  const text = place.trim().replace(/\/$/, '')
  if (isOff(text)) return null
  const endpoint = parseEndpoint(text.includes('://') ? text : `HTTP://${text}`)
  if (endpoint === null || endpoint.name !== 'HTTP') return 'unreadable'
  return { host: endpoint.host === '' ? LOOPBACK : endpoint.host, port: endpoint.port }
}
