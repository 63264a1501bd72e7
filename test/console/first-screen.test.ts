// The first screen: what the cluster is made of, what is wrong with it, and its last hour.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { inside } from '../integration/admin/inside.ts'
import { expectAccessible, opened, visiting } from './browser.ts'
import { PASSWORD } from './seeded.ts'

const INTERVAL_MS = 10_000
const HOUR_VALUES = 360
const rising = Array.from({ length: HOUR_VALUES }, (_, at) => at)
const falling = rising.toReversed()

/** Of each chart, in their order: whether there is more ink in its newer half, or less. */
const SLOPES = `[...document.querySelectorAll('.rate canvas')].map((canvas) => {
  const { width, height } = canvas
  const ink = (from) => {
    const { data } = canvas.getContext('2d').getImageData(from, 0, width / 2, height)
    return data.filter((value, at) => at % 4 === 3 && value > 0).length
  }
  return Math.sign(ink(width / 2) - ink(0))
})`

describe.skipIf((await missingClients('browser')) !== undefined)('the first screen', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const at = visiting(broker, opened(), PASSWORD)

  /** A figure by its name: what it says, and how it is meant. */
  const figure = async (page: Page, name: string) => {
    const value = page
      .locator('main .figure')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('dd')
    return [await value.textContent(), await value.getAttribute('class')]
  }

  test('says how many brokers are up, and how many partitions have no leader or too few replicas', async () => {
    const page = await at('/')
    expect(await figure(page, 'Brokers')).toEqual(['1', 'plain'])
    expect(await figure(page, 'Without leader')).toEqual(['0', 'good'])
    expect(await figure(page, 'Under-replicated')).toEqual(['0', 'good'])
    const cluster = await broker.call('cluster', {})
    const ill = { ...cluster, brokers: 3, leaderlessPartitions: 4, underReplicatedPartitions: 1005 }
    await page.route('**/api/v1/cluster', (route) => route.fulfill({ json: ill }))
    await page.reload()
    await expect.poll(() => figure(page, 'Brokers'), { timeout: 20_000 }).toEqual(['3', 'plain'])
    expect(await figure(page, 'Without leader')).toEqual(['4', 'bad'])
    expect(await figure(page, 'Under-replicated')).toEqual(['1,005', 'bad'])
  })

  test('counts the topics that its users have, and beside them those of the broker', async () => {
    await readyCoordinator(broker.peer(), 'readers')
    const page = await at('/topics')
    await page.getByText('There are no topics yet.').waitFor()
    await page.locator('.navigation a').first().click()
    const counted = async () => [(await figure(page, 'Topics'))[0], (await figure(page, 'Partitions'))[0]]
    const withInternal = (count: number) => expect.stringMatching(`^${count} \\+ [1-9]\\d* internal$`) as unknown
    await expect.poll(counted, { timeout: 20_000 }).toEqual([withInternal(0), withInternal(0)])
    await broker.call('createTopic', { name: 'own', partitions: 3 })
    await expect.poll(counted, { timeout: 20_000 }).toEqual([withInternal(1), withInternal(3)])
  })

  test('a cluster without topics offers the first one, wherever it would stand', async () => {
    const page = await at('/jobs')
    const none = { total: 0, items: [] }
    await page.route('**/api/v1/topics?*', (route) => route.fulfill({ json: none }))
    for (const [path, cards] of [
      ['/', 2],
      ['/topics', 1],
    ] as const) {
      await page.goto(`${broker.base()}${path}`)
      const offers = page.locator('main .empty').getByRole('button', { name: 'Create topic' })
      await expect.poll(() => offers.count(), { timeout: 20_000 }).toBe(cards)
      await expectAccessible(page, path)
      await offers.last().click()
      await page.getByRole('dialog').getByLabel('Topic', { exact: true }).waitFor()
    }
    await page.goto(`${broker.base()}/topics?search=what`)
    await page.getByText('Nothing matches.').waitFor()
    expect(await page.locator('main .empty button').count()).toBe(0)
  })

  test('draws the last hour of bytes, messages and requests, in and out', async () => {
    const { series, ...rest } = await broker.call('history', {})
    const moved = {
      bytesIn: rising,
      bytesOut: falling,
      messagesIn: rising,
      messagesOut: falling,
      produceRequests: rising,
      fetchRequests: falling,
    }
    const hour = { ...rest, intervalMs: INTERVAL_MS, series: { ...series, ...moved } }
    const page = await at('/jobs')
    await page.route('**/api/v1/history', (route) => route.fulfill({ json: hour }))
    await page.goto(broker.base())
    const charts = page.getByRole('img', { name: / over the last hour; now / })
    await charts.nth(5).waitFor()
    const names = (await charts.all()).map(
      async (chart) => (await chart.getAttribute('aria-label'))?.split(' over ')[0],
    )
    expect(await Promise.all(names)).toEqual([
      'Produced',
      'Consumed',
      'Messages in',
      'Messages read by groups',
      'Produce requests',
      'Fetch requests',
    ])
    await page.waitForFunction(`${SLOPES}.join() === '1,-1,1,-1,1,-1'`)
  })
})
