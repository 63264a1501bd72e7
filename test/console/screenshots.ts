// `npm run screenshots`: the pictures of the README, of a broker that has had two minutes of orders, payments and clicks.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from 'millrace'
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { chromium, type Page } from 'playwright-core'
import { batch } from '../harness/batch.ts'
import { program } from '../harness/clients.ts'
import { repository } from '../harness/paths.ts'
import { Peer } from '../harness/peer.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { readyTopic } from '../harness/ready-topic.ts'

const PASSWORD = 'only for pictures'
const LOAD_MS = 120_000
/** How far a group stays behind, in rounds of the load. */
const GROUPS = [
  { group: 'billing', topic: 'orders', behind: 1 },
  { group: 'search-index', topic: 'orders', behind: 40 },
  { group: 'ledger', topic: 'payments.settled', behind: 4 },
]
const TOPICS = [
  { topic: 'orders', partitions: 6, records: 800 },
  { topic: 'payments.settled', partitions: 3, records: 300 },
  { topic: 'clicks', partitions: 12, records: 1500 },
]
const CITIES = ['Lisbon', 'Nairobi', 'Osaka', 'Quito', 'Tromso']
const FILTER = 'value.city == "Osaka" && value.cents > 15000'
const DIRECTORY = join(repository, 'ts', 'admin-ui', 'screenshots')
const SCREENS = [
  { name: 'health', path: '/', colorScheme: 'light', locale: 'en' },
  {
    name: 'messages',
    path: `/topics/orders/messages?language=cel&filter=${encodeURIComponent(FILTER)}`,
    colorScheme: 'light',
    locale: 'en',
  },
  { name: 'group', path: '/groups/search-index', colorScheme: 'dark', locale: 'en' },
  { name: 'topics', path: '/topics', colorScheme: 'dark', locale: 'zh-CN' },
] as const

const valueOf = (topic: string, at: number): string =>
  JSON.stringify({
    id: String(9_007_199_254_740_993n + BigInt(at)),
    kind: topic,
    city: CITIES[at % CITIES.length],
    cents: 500 + ((at * 7919) % 20_000),
    items: (at % 4) + 1,
  })

const send = async (peer: Peer, topic: string, index: number, from: number, count: number): Promise<void> => {
  const records = batch(
    Array.from({ length: count }, (_, at) => ({
      key: `customer-${(from + at) % 500}`,
      value: valueOf(topic, from + at),
    })),
  )
  await peer.call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  })
}

/** Rounds that go up and down, so that the plots have a shape. */
const load = async (peer: Peer): Promise<void> => {
  const until = Date.now() + LOAD_MS
  for (let round = 0; Date.now() < until; round += 1) {
    for (const { topic, partitions, records } of TOPICS) {
      const count = Math.ceil(records * (1.2 + Math.sin(round / 25)))
      await send(peer, topic, round % partitions, round * records, count)
    }
    for (const { group, topic, behind } of GROUPS) {
      const partitions = TOPICS.find((each) => each.topic === topic)
      if (partitions === undefined || round < behind) continue
      const done = Math.floor((round - behind) / partitions.partitions) * partitions.records
      await peer.call(offsetCommit, 7, {
        groupId: group,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          {
            name: topic,
            partitions: Array.from({ length: partitions.partitions }, (_, partitionIndex) => ({
              partitionIndex,
              committedOffset: done,
              committedMetadata: '',
            })),
          },
        ],
      })
    }
    await sleep(150)
  }
}

// Without one a browser draws boxes.
if (execFileSync('fc-list', [':lang=zh'], { encoding: 'utf8' }) === '')
  throw new Error('no font has Chinese: install one, say fonts-wqy-microhei')

const broker = await start({
  properties: {
    'admin.listener': 'http://127.0.0.1:0',
    'admin.password': PASSWORD,
    'canary.enable': 'true',
    // As a broker that is no test: durable before it acknowledges.
    'log.flush.interval.messages': '1',
  },
})
const enter = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${broker.console}${path}`)
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('.navigation a[aria-current]').waitFor()
  await page.locator('main h1').waitFor()
}
const peer = await Peer.open(broker.listeners[0]?.port ?? 0)
const browser = await chromium.launch({ executablePath: program('browser', '').command, args: ['--no-sandbox'] })
try {
  for (const { topic, partitions } of TOPICS) await readyTopic(peer, topic, { partitions })
  await readyTopic(peer, 'customers.by-id', { partitions: 3, configs: { 'cleanup.policy': 'compact' } })
  for (const { group } of GROUPS) await readyCoordinator(peer, group)
  // What goes through topics is counted from when somebody looks.
  const looking = await browser.newPage()
  await enter(looking, '/')
  await load(peer)
  await looking.close()
  mkdirSync(DIRECTORY, { recursive: true })
  for (const { name, path, colorScheme, locale } of SCREENS) {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1280, height: 820 } })
    const page = await context.newPage()
    await enter(page, path)
    await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => undefined)
    await page.screenshot({ path: join(DIRECTORY, `${name}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  peer.close()
  await broker.stop()
}
