// Who may do what: logins, sessions, roles, and what pages of other sites make a browser send.
import { statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { createClient } from 'millrace/admin/client.js'
import { contract } from 'millrace/admin/contract.js'
import { expect, test } from 'vitest'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { inside } from './inside.ts'

const PASSWORD = 'a password of the first start'
const { authorization, base, call, dataDirectory, fetch, peer } = inside({ 'admin.password': PASSWORD })

interface Visitor {
  readonly cookie: string
  readonly csrf: string
}

const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const login = async (user = 'admin', password = PASSWORD, before = ''): Promise<Visitor> => {
  const response = await post('/api/v1/session', { user, password }, before === '' ? {} : { cookie: before })
  expect(response.status).toBe(200)
  const set = response.headers.get('set-cookie') ?? ''
  expect(set).toContain('HttpOnly')
  expect(set).toContain('SameSite=Strict')
  const { csrf } = (await response.json()) as { readonly csrf: string }
  return { cookie: set.split(';')[0] ?? '', csrf }
}

const as = ({ cookie, csrf }: Visitor) =>
  createClient({ base: base(), headers: { cookie, 'x-millrace-csrf': csrf }, checked: true })

/** With a host of one's own, which fetch does not let anybody choose. */
const statusFor = (path: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${base()}${path}`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })

test('without a login there is nothing but probes, version and metrics', async () => {
  for (const [name, { method, path, role }] of Object.entries(contract)) {
    if (role === 'anyone') continue
    const response = await fetch(path, { method, headers: { 'content-type': 'application/json' } })
    expect(response.status, name).toBe(401)
    expect(await response.json(), name).toMatchObject({ code: 'NOT_LOGGED_IN' })
  }
  for (const path of ['/livez', '/readyz', '/startupz', '/healthz', '/version', '/metrics']) {
    expect((await fetch(path)).status, path).toBe(200)
  }
})

test('a login opens a session, a logout ends it', async () => {
  const visitor = await login()
  expect(await as(visitor)('session', {})).toMatchObject({ user: 'admin', role: 'admin', csrf: visitor.csrf })
  expect(await as(visitor)('topics', {})).toMatchObject({ total: 0 })
  await as(visitor)('logout', {})
  await expect(as(visitor)('topics', {})).rejects.toMatchObject({ status: 401 })
})

test('a session has an id that nobody chose for it', async () => {
  const planted = `millrace_session_${new URL(base()).port}=${'A'.repeat(43)}`
  const visitor = await login('admin', PASSWORD, planted)
  expect(visitor.cookie).not.toBe(planted)
  expect((await fetch('/api/v1/topics', { headers: { cookie: planted } })).status).toBe(401)
})

test('the session of another broker on this host is another one', async () => {
  const { cookie, csrf } = await login()
  const [name] = cookie.split('=')
  expect(name).toBe(`millrace_session_${new URL(base()).port}`)
  const other = `millrace_session_1=${'A'.repeat(43)}`
  expect((await as({ cookie: `${other}; ${cookie}`, csrf })('session', {})).user).toBe('admin')
})

test('a page of another site cannot change anything', async () => {
  const visitor = await login()
  const own = { cookie: visitor.cookie, 'x-millrace-csrf': visitor.csrf }
  const wrong = [
    { ...own, origin: 'http://evil.example' },
    { ...own, 'sec-fetch-site': 'cross-site' },
    { ...own, 'sec-fetch-site': 'same-site' },
    { cookie: visitor.cookie },
    { cookie: visitor.cookie, 'x-millrace-csrf': 'guessed' },
  ]
  const account = { name: 'intruder', role: 'admin', password: 'a long password' }
  for (const headers of wrong) {
    const response = await post('/api/v1/accounts', account, headers)
    expect(response.status, JSON.stringify(headers)).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'FOREIGN_ORIGIN' })
  }
  expect(
    (await post('/api/v1/session', { user: 'admin', password: PASSWORD }, { origin: 'http://evil.example' })).status,
  ).toBe(403)
  expect((await call('accounts', {})).items).toEqual([{ name: 'admin', role: 'admin' }])
})

test('under a name that points here from elsewhere nothing is answered but probes', async () => {
  const port = new URL(base()).port
  for (const path of ['/', '/api/v1/topics', '/api/openapi.json']) {
    expect(await statusFor(path, `evil.example:${port}`), path).toBe(421)
  }
  expect(await statusFor('/api/v1/topics', `localhost:${port}`)).toBe(401)
  expect(await statusFor('/metrics', 'millrace.monitoring.svc:9644')).toBe(200)
})

test('a form of another site is no request: only JSON is read', async () => {
  const plain = await post('/api/v1/session', { user: 'admin', password: PASSWORD }, { 'content-type': 'text/plain' })
  expect(plain.status).toBe(415)
  expect(await plain.json()).toMatchObject({ code: 'NOT_JSON' })
})

test('an answer cannot be framed, sniffed or made to load from elsewhere', async () => {
  for (const path of ['/', '/version', '/api/v1/topics']) {
    const { headers } = await fetch(path)
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
    expect(headers.get('content-security-policy'), path).not.toContain('unsafe')
    expect(headers.get('x-frame-options'), path).toBe('DENY')
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('access-control-allow-origin'), path).toBeNull()
  }
})

test('roles: who may look may not change, and who is deleted is out', async () => {
  await call('createAccount', { name: 'looker', role: 'viewer', password: 'only to look at' })
  const looker = await login('looker', 'only to look at')
  expect((await as(looker)('topics', {})).total).toBe(0)
  await expect(as(looker)('accounts', {})).rejects.toMatchObject({ status: 403, code: 'NOT_ALLOWED' })
  await expect(as(looker)('setPassword', { name: 'admin', password: 'mine, all mine' })).rejects.toMatchObject({
    status: 403,
  })
  await expect(
    as(looker)('setPassword', { name: 'looker', password: 'another one', current: 'wrong' }),
  ).rejects.toMatchObject({ code: 'WRONG_PASSWORD' })
  await as(looker)('setPassword', { name: 'looker', password: 'another one', current: 'only to look at' })
  await expect(as(looker)('topics', {})).rejects.toMatchObject({ status: 401 })
  const again = await login('looker', 'another one')
  await call('deleteAccount', { name: 'looker', confirm: 'looker' })
  await expect(as(again)('topics', {})).rejects.toMatchObject({ status: 401 })
  await expect(call('deleteAccount', { name: 'admin', confirm: 'admin' })).rejects.toMatchObject({
    code: 'POLICY_VIOLATION',
  })
})

test('an operator changes topics and groups, and neither brokers nor accounts', async () => {
  await call('createAccount', { name: 'keeper', role: 'operator', password: 'to keep it going' })
  const keeper = await login('keeper', 'to keep it going')
  const may = as(keeper)
  await readyTopic(peer(), 'kept')
  await readyCoordinator(peer(), 'readers')
  await may('createTopic', { name: 'made', partitions: 1 })
  await may('addPartitions', { topic: 'made', count: 2 })
  await may('alterTopicConfigs', { topic: 'made', set: { 'retention.ms': '1000' } })
  await may('produce', { topic: 'kept', value: { encoding: 'text', data: 'one' } })
  await may('resetOffsets', { group: 'readers', topics: ['kept'], target: { to: 'latest' } })
  expect((await call('group', { group: 'readers' })).offsetRows).toMatchObject([{ topic: 'kept', committed: '1' }])
  await may('deleteRecords', { topic: 'kept', confirm: 'kept' })
  await may('deleteGroup', { group: 'readers', confirm: 'readers' })
  for (const topic of ['made', 'kept']) await may('deleteTopic', { topic, confirm: topic })
  const done = (await call('audit', {})).items.filter(({ principal }) => principal === 'User:keeper')
  expect(done.map(({ action }) => action).toReversed()).toEqual([
    'topic.create',
    'topic.partitions',
    'topic.configs',
    'records.produce',
    'group.offsets',
    'records.delete',
    'group.delete',
    'topic.delete',
    'topic.delete',
  ])

  const others = Object.entries(contract).filter(([, { role }]) => role === 'admin')
  expect(others.map(([name]) => name)).toEqual([
    'accounts',
    'createAccount',
    'deleteAccount',
    'setRole',
    'alterBrokerConfigs',
  ])
  const headers = { cookie: keeper.cookie, 'x-millrace-csrf': keeper.csrf, 'content-type': 'application/json' }
  for (const [name, { method, path }] of others) {
    const response = await fetch(path, { method, headers })
    expect(response.status, name).toBe(403)
    expect(await response.json(), name).toMatchObject({ code: 'NOT_ALLOWED' })
  }
  await expect(may('setPassword', { name: 'admin', password: 'mine, all mine' })).rejects.toMatchObject({ status: 403 })
  await call('deleteAccount', { name: 'keeper', confirm: 'keeper' })
})

test('accounts: what would be is said first, and a role counts at once', async () => {
  const [name, password] = ['ana', 'a long password']
  const wanted = { name, password, role: 'viewer' } as const
  const accounts = async () => (await call('accounts', {})).items
  expect(await call('createAccount', { ...wanted, dryRun: true })).toEqual({ name, role: 'viewer' })
  expect(await accounts()).toEqual([{ name: 'admin', role: 'admin' }])
  await call('createAccount', wanted)
  await expect(call('createAccount', { ...wanted, dryRun: true })).rejects.toMatchObject({ code: 'DUPLICATE_RESOURCE' })
  const ana = await login(name, password)
  await expect(as(ana)('accounts', {})).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  expect(await call('setRole', { name, role: 'admin', dryRun: true })).toEqual({ before: 'viewer', after: 'admin' })
  await expect(as(ana)('accounts', {})).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  await call('setRole', { name, role: 'admin' })
  expect((await as(ana)('accounts', {})).items).toHaveLength(2)
  await as(ana)('setPassword', { name, password: 'not yet this one', dryRun: true })
  await call('setPassword', { name, password: 'not yet this one', dryRun: true })
  await login(name, password)
  await call('setRole', { name, role: 'operator' })
  await expect(call('setRole', { name: 'admin', role: 'viewer', dryRun: true })).rejects.toMatchObject({
    code: 'POLICY_VIOLATION',
  })
  await expect(call('setRole', { name: 'nobody', role: 'viewer' })).rejects.toMatchObject({
    code: 'RESOURCE_NOT_FOUND',
  })
  expect((await call('audit', { search: 'account.role ana' })).items[0]).toMatchObject({
    before: { role: 'admin' },
    after: { role: 'operator' },
  })
  expect(await call('deleteAccount', { name, dryRun: true })).toEqual({ name, role: 'operator' })
  await expect(call('deleteAccount', { name })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  expect(await accounts()).toHaveLength(2)
  await call('deleteAccount', { name, confirm: name })
  expect(await accounts()).toHaveLength(1)
})

test('guessing a password is refused after a few attempts', async () => {
  await call('createAccount', { name: 'target', role: 'operator', password: 'the right one' })
  // On a slow machine a wait may be over before the next attempt comes; the waits double, so that one is met.
  let refused: Response | undefined
  for (let attempt = 0; attempt < 20 && refused === undefined; attempt++) {
    const response = await post('/api/v1/session', { user: 'target', password: `guess ${attempt}` })
    if (attempt < 5) expect(response.status).toBe(401)
    if (response.status === 429) refused = response
  }
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused?.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
  await call('deleteAccount', { name: 'target', confirm: 'target' })
})

test('the token of the data directory is for its owner alone, and another one is nobody', async () => {
  expect(statSync(join(dataDirectory(), 'admin.token')).mode & 0o777).toBe(0o600)
  expect((await fetch('/api/v1/topics', { headers: authorization() })).status).toBe(200)
  const wrong = await fetch('/api/v1/topics', { headers: { authorization: `Bearer ${'A'.repeat(43)}` } })
  expect(wrong.status).toBe(401)
})

test('input that is meant to confuse is refused, and changes no prototype', async () => {
  const send = (body: string): Promise<Response> =>
    fetch('/api/v1/accounts', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization() },
      body,
    })
  const account = '"role":"viewer","password":"a long password"'
  const bodies = [
    `{"name":"x",${account},"__proto__":{"isAdmin":true}}`,
    `{"name":"x",${account},"constructor":{"prototype":{"isAdmin":true}}}`,
    `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    '['.repeat(100_000),
    '[]',
    'null',
    '"text"',
    '{"name":"<script>alert(1)</script>","role":"viewer","password":"a long password"}',
  ]
  for (const body of bodies) expect((await send(body)).status, body.slice(0, 60)).toBe(400)
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  expect((await call('accounts', {})).items).toHaveLength(1)
})
