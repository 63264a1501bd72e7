// What the console knows without asking, and what it knows of the cluster it is in.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { StreamMessage } from 'millrace/admin/contract/live.js'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, expectAccessible, logIn, opened, PHONE, press, visiting } from './browser.ts'
import { PASSWORD } from './seeded.ts'

describe.skipIf((await missingClients('browser')) !== undefined)('a console that is told', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const open = opened()
  const at = visiting(broker, open, PASSWORD)

  /** How often a page asks for something within a time. */
  const asked = async (page: Page, path: string, ms: number): Promise<number> => {
    let count = 0
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === path) count += 1
    })
    await page.waitForTimeout(ms)
    return count
  }

  test('of changes hears from the stream, and asks less while it has one', async () => {
    const { page, crashes } = await open('en', 'light', DESKTOP)
    const streams: string[] = []
    const told: StreamMessage[] = []
    page.on('websocket', (stream) => {
      streams.push(new URL(stream.url()).pathname)
      stream.on('framereceived', ({ payload }) => told.push(JSON.parse(String(payload)) as StreamMessage))
    })
    await page.goto(`${broker.base()}/audit`)
    await logIn(page, PASSWORD)
    await eventually('the stream tells of changes', async () => (told.length > 1 ? true : undefined))
    expect(streams).toEqual(['/api/v1/stream'])
    await broker.call('createTopic', { name: 'told.of', partitions: 1 })
    // Sooner than the list asks by itself.
    await page.locator('tbody tr', { hasText: 'told.of' }).waitFor({ timeout: 6000 })
    const changed = await eventually('the stream tells of it', async () => {
      const changes = told.filter(({ type }) => type === 'changed')
      return changes.some(({ live }) => live.auditId !== undefined) ? changes : undefined
    })
    expect(changed.every(({ live }) => live.state === undefined)).toBe(true)
    expect(await asked(page, '/api/v1/cluster', 9000)).toBeLessThanOrEqual(3)
    expect(crashes).toEqual([])
  })

  test('asks as ever where there is no stream', async () => {
    const { page, crashes } = await open('en', 'light', PHONE)
    await page.routeWebSocket('**/api/v1/stream', (socket) => socket.close())
    await page.goto(broker.base())
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('.navigation a[aria-current]').waitFor()
    expect(await asked(page, '/api/v1/cluster', 9000)).toBeGreaterThanOrEqual(4)
    expect(crashes).toEqual([])
  })

  test('bears the name and the colour of its cluster, and offers no file where there is none', async () => {
    const set = { 'admin.label': 'production', 'admin.color': 'red', 'admin.export.enable': 'false' }
    await broker.call('createTopic', { name: 'closed', partitions: 1 })
    await broker.call('produce', { topic: 'closed', value: { encoding: 'text', data: 'kept in' } })
    const page = await at('/topics/closed/messages?from=earliest')
    await page.getByRole('link', { name: 'Download as CSV' }).waitFor()
    await broker.call('alterBrokerConfigs', { broker: 1, set })
    await page.getByText('Nothing can be downloaded here').waitFor()
    expect(await page.getByRole('link', { name: /Download/ }).count()).toBe(0)
    await page.locator('.cluster-label', { hasText: 'production' }).waitFor()
    expect(await page.title()).toBe('closed - production')
    await page.locator('.shell[data-color=red]').waitFor()
    await expectAccessible(page, 'a cluster with a name')
    await page.setViewportSize(PHONE)
    await page.locator('.cluster-label').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
    await broker.call('alterBrokerConfigs', { broker: 1, unset: Object.keys(set) })
    await page.locator('.cluster-label').waitFor({ state: 'detached' })
    await expect(
      broker.call('alterBrokerConfigs', { broker: 1, set: { 'admin.label': 'x'.repeat(41) } }),
    ).rejects.toMatchObject({ status: 400 })
  })

  test('knows what a key was, by whom, since the topic was made', async () => {
    await broker.call('createTopic', { name: 'kept', configs: { 'retention.ms': '1000' } })
    await broker.call('alterTopicConfigs', { topic: 'kept', set: { 'retention.ms': '2000' } })
    await broker.call('alterTopicConfigs', { topic: 'kept', unset: ['retention.ms'] })
    const page = await at('/topics/kept?tab=configs&find=retention.ms')
    const dialog = await press(page, 'History of retention.ms')
    const rows = dialog.locator('tbody tr')
    await rows.nth(2).waitFor()
    expect(await rows.locator('code').allTextContents()).toEqual(['2000 \u2192 -', '1000 \u2192 2000', '- \u2192 1000'])
    await rows.first().getByText('User:admin').waitFor()
    await expectAccessible(page, 'the history of a key')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.locator('input[type=search]').fill('segment.bytes')
    await press(page, 'History of segment.bytes')
    await page.getByText('nobody has set it').waitFor()
  })
})
