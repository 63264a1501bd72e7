import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Health } from '../admin/health.ts'
import { writeToken } from '../admin/token-file.ts'
import { run } from './index.ts'
import { processTerminal } from './terminal.ts'

const recovering: Health = {
  ok: false,
  state: 'recovering',
  checks: [{ name: 'serving', ok: false, why: 'logs are recovered' }],
}

test('a broker that answers and does not serve is not ready, and none at all is not reachable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-ready-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/readyz' ? 503 : 404
    response.end(JSON.stringify(recovering))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  writeToken(folder, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't' })

  const asked = async (...more: readonly string[]) => {
    let said = ''
    const print = (text: string): void => void (said += `${text}\n`)
    const write = (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += String(bytes)))
    const terminal = { ...processTerminal, print, write, complain: () => undefined, environment: {} }
    const code = await run(terminal, ['ready', '--override', `log.dirs=${folder}`, ...more])
    return { code, said }
  }
  expect(await asked('-o', 'name')).toEqual({ code: 10, said: 'recovering\n' })
  expect(await asked('--nagios')).toEqual({ code: 2, said: 'CRITICAL - logs are recovered\n' })
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  expect((await asked()).code).toBe(6)
})
