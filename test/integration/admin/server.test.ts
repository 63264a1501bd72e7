// The admin server as a server: probes without a login, a port that is taken, what is too large, the console's files.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { start } from 'millrace'
import { expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { inside } from './inside.ts'

const { base, fetch } = inside()

test('health, version and metrics are answered', async () => {
  for (const path of ['/livez', '/readyz', '/startupz', '/healthz']) {
    const response = await fetch(path)
    expect(response.status, path).toBe(200)
    expect(await response.json(), path).toMatchObject({ ok: true, state: 'running' })
  }
  expect((await fetch('/v1/ready')).status).toBe(204)
  expect(await (await fetch('/version')).json()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  const metrics = await fetch('/metrics')
  expect(metrics.headers.get('content-type')).toContain('version=0.0.4')
  expect(await metrics.text()).toContain('millrace_state{state="running"} 1')
})

test('HEAD has the headers of GET and no body', async () => {
  const head = await fetch('/version', { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe(String((await (await fetch('/version')).text()).length))
  expect(await head.text()).toBe('')
})

test('a method that a path does not take', async () => {
  const refused = await fetch('/livez', { method: 'POST' })
  expect(refused.status).toBe(405)
  expect(refused.headers.get('allow')).toBe('GET')
})

test('two brokers do not share a port, and who asked for it is told', async () => {
  const directory = temporaryDirectory('admin')
  const properties = { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory, 'admin.listener': base() }
  await expect(start({ properties })).rejects.toThrow(/admin\.listener: 127\.0\.0\.1:\d+ is taken/)
  removeDirectory(directory)
})

test('a body or a head that is too large is refused', async () => {
  const long = await fetch(`/api/v1/topics?search=${'x'.repeat(9000)}`)
  expect(long.status).toBe(431)
  const large = await fetch('/api/v1/topics', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) }),
  })
  expect(large.status).toBe(413)
  expect(await large.json()).toMatchObject({ code: 'TOO_LARGE' })
})

test('nothing but the files of the console is served', async () => {
  const out = ['/assets/%2e%2e/%2e%2e/package.json', '/assets/../../package.json', '/assets/..%2f..%2fpackage.json']
  for (const path of [...out, '/assets/none.js']) {
    // As it stands here: `fetch` would take the dots out.
    const { hostname, port } = new URL(base())
    const asked = get({ hostname, port, path })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode, path).toBe(404)
  }
})

test('without being asked a broker in a program has no console', async () => {
  const directory = temporaryDirectory('admin')
  const broker = await start({ properties: { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory } })
  expect(broker.console).toBeNull()
  await broker.stop()
  removeDirectory(directory)
})
