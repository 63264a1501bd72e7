// What the first screen makes of the numbers that it gets: those of brokers that are ill, or that have run for longer than a test.
import type { Output } from 'millrace/admin/contract.js'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, expectAccessible, opened, PHONE, visiting } from './browser.ts'
import { PASSWORD } from './seeded.ts'

type Directory = Output<'brokers'>['items'][number]['directories'][number]

const looks = [
  ['en', 'light', DESKTOP],
  ['zh-CN', 'dark', PHONE],
] as const

describe.skipIf((await missingClients('browser')) !== undefined)('the first screen', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const at = visiting(broker, opened(), PASSWORD)

  /** Has the broker answer something else than it would, from now on. */
  const answering = async <Answer>(page: Page, path: string, other: (answer: Answer) => Answer): Promise<void> => {
    // What is under way when the page goes is nobody's error.
    onTestFinished(() => page.unrouteAll({ behavior: 'ignoreErrors' }))
    await page.route(`**/api/v1/${path}`, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: other((await response.json()) as Answer) })
    })
    // Sooner than the page would ask again.
    await page.reload()
  }

  const expectInOrder = async (page: Page, width: number, what: string): Promise<void> => {
    await expectAccessible(page, what)
    expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBe(width)
  }

  test.each([
    [...looks[0], 'Full in 3d 4h at the pace of the last 6h'],
    [...looks[1], '\u6309\u6700\u8FD1 6\u5C0F\u65F6 \u7684\u901F\u5EA6\uFF0C3\u5929 4\u5C0F\u65F6\u540E\u5199\u6EE1'],
  ] as const)('tells when a disk will be full, in %s, %s', async (locale, theme, viewport, said) => {
    const page = await at('/', [locale, theme, viewport])
    const filling = page.locator('.filling')
    // The broker has not watched it for long enough.
    await filling.waitFor()
    let told: Directory['filling'] = { overSeconds: 6 * 3600, fullInSeconds: 76 * 3600 }
    await answering<Output<'brokers'>>(page, 'brokers', ({ items }) => ({
      items: items.map((each) => ({
        ...each,
        directories: each.directories.map((directory) => ({ ...directory, filling: told })),
      })),
    }))
    await page.getByText(said, { exact: true }).waitFor()
    await expectInOrder(page, viewport.width, 'a disk that fills')
    told = { overSeconds: 6 * 3600, fullInSeconds: null }
    await page.reload()
    await page.locator('main .figure').first().waitFor()
    await filling.waitFor({ state: 'detached' })
  })

  test.each([
    [...looks[0], '12.3K/s in', '0/s out'],
    [...looks[1], '\u5199\u5165 1.2\u4E07/\u79D2', '\u8BFB\u53D6 0/\u79D2'],
  ] as const)('shows the topics with most traffic, in %s, %s', async (locale, theme, viewport, into, out) => {
    await broker.call('createTopic', { name: `${locale}.with-a-name-that-is-long` })
    const page = await at('/', [locale, theme, viewport])
    const rows = page.locator('.card', { has: page.locator('a[href*="sort=traffic"]') }).locator('.rows li')
    const counted = { messagesIn: 12_345.6, messagesOut: 0 }
    await answering<Output<'topics'>>(page, 'topics?*', (found) => ({
      ...found,
      items: found.items.map((each) => ({ ...each, ...counted })),
    }))
    await rows.getByText(into, { exact: true }).first().waitFor()
    await rows.getByText(out, { exact: true }).first().waitFor()
    await expectInOrder(page, viewport.width, 'topics with traffic')
    await page.locator('a[href*="sort=traffic"]').click()
    await page.locator('th[aria-sort=descending]').waitFor({ state: 'attached' })
    await expectInOrder(page, viewport.width, 'topics by their traffic')
  })

  test.each([
    [...looks[0], ['1h 1m', '3'], ['4s', '12,345'], ['0s', '0']],
    [...looks[1], ['1\u5C0F\u65F6 1\u5206\u949F', '3'], ['4\u79D2', '12,345'], ['0\u79D2', '0']],
  ] as const)('shows the groups that are most behind, in %s, %s', async (locale, theme, viewport, ...told) => {
    const page = await at('/', [locale, theme, viewport])
    const row: Output<'groups'>['items'][number] = {
      name: 'a-group-with-a-name-that-is-long',
      state: 'PreparingRebalance',
      type: 'classic',
      protocolType: 'consumer',
      protocol: 'range',
      members: 2,
      topics: 1,
      lag: '3',
      partitionsWithoutOffset: 0,
      lagSeconds: 3661,
    }
    const asked: (string | null)[] = []
    await page.route('**/api/v1/groups?*', async (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('sort'))
      const items = [
        row,
        { ...row, name: 'another', lag: '12345', lagSeconds: 4.2 },
        { ...row, name: 'up to date', lag: '0', lagSeconds: 0 },
      ]
      await route.fulfill({ json: { items, total: 3, offset: 0, limit: 5 } satisfies Output<'groups'> })
    })
    const rows = page.locator('.card', { has: page.locator('a[href*="sort=lagSeconds"]') }).locator('.rows li')
    await rows.nth(2).waitFor()
    expect(await rows.locator('.number').allInnerTexts()).toEqual(told.flat())
    expect(new Set(asked)).toEqual(new Set(['lagSeconds']))
    await expectInOrder(page, viewport.width, 'groups that are behind')
  })

  test('shows messages in and out beside bytes', async () => {
    const page = await at('/')
    for (const name of ['Produced', 'Consumed', 'Messages in', 'Messages read by groups'])
      await page
        .getByRole('region', { name, exact: true })
        .locator('strong', { hasText: /^[\d.,]+ ?\w*\/s$/ })
        .waitFor()
  })

  test.each([
    [...looks[0], 'Without leader: 3', 'Under-replicated: 1,234', 'Offline replicas: 5'],
    [...looks[1], '\u65E0 Leader: 3', '\u526F\u672C\u4E0D\u8DB3: 1,234', '\u79BB\u7EBF\u526F\u672C: 5'],
  ] as const)(
    'leads from a count to the partitions that are bad, in %s, %s',
    async (locale, theme, viewport, leaderless, underReplicated, offline) => {
      const page = await at('/', [locale, theme, viewport])
      await page.getByRole('link', { name: leaderless.replace('3', '0'), exact: true }).waitFor()
      await answering<Output<'cluster'>>(page, 'cluster', (cluster) => ({
        ...cluster,
        leaderlessPartitions: 3,
        underReplicatedPartitions: 1234,
        offlineReplicas: 5,
      }))
      const row: Output<'partitions'>['items'][number] = {
        topic: 'a-topic.with-a-name-that-is-long',
        index: 7,
        leader: -1,
        leaderEpoch: 4,
        replicas: [1, 2, 3],
        isr: [],
        offline: [3],
      }
      await page.route('**/api/v1/partitions?*', async (route) => {
        const problem = new URL(route.request().url()).searchParams.get('problem')
        const items = problem === 'leaderless' ? [row] : [{ ...row, leader: 1, isr: [1, 2] }]
        await route.fulfill({ json: { items, total: 1, offset: 0, limit: 50 } satisfies Output<'partitions'> })
      })
      for (const [name, shown] of [
        [leaderless, '-'],
        [underReplicated, '1, 2'],
        [offline, '3'],
      ] as const) {
        await page.getByRole('link', { name, exact: true }).waitFor()
        await expectInOrder(page, viewport.width, 'bad partitions, counted')
        await page.getByRole('link', { name, exact: true }).click()
        await page.locator('td .badge.bad', { hasText: shown }).last().waitFor()
        await expectInOrder(page, viewport.width, 'bad partitions, listed')
        expect(await page.locator('.navigation a[aria-current]').getAttribute('href')).toBe('/')
        await page.goBack()
      }
      await page.goto(`${broker.base()}/partitions?problem=underReplicated`)
      await page.locator('tbody a', { hasText: row.topic }).click()
      await page.waitForURL(/\/topics\//)
    },
  )
})
