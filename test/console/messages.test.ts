// Messages in the console: searched, stopped, looked at, taken away as a file, produced; what came of it asked for with the API.
import { readFileSync } from 'node:fs'
import { produce } from 'millrace/messages/00-produce.js'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { batch } from '../harness/batch.ts'
import { missingClients } from '../harness/clients.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, expectAccessible, go, logIn, opened, PHONE, press, visiting } from './browser.ts'
import { asks, commandIn, requestIn, runs } from './commands.ts'
import { PASSWORD } from './seeded.ts'

const TOPIC = 'letters'
const PARTITIONS = 3
const RECORDS = 60
const FIRST_TIME = 1_700_000_000_000
const LARGEST = '9223372036854775807'
const missing = await missingClients('browser')

describe.skipIf(missing !== undefined)('messages in the console', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const at = visiting(broker, opened(), PASSWORD)

  const send = async (index: number, value: string | Buffer, time: number): Promise<void> => {
    const records = batch([{ key: `k${time - FIRST_TIME}`, value }], { baseTimestamp: time, maxTimestamp: time })
    const topicData = [{ name: TOPIC, partitionData: [{ index, records }] }]
    const request = { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData }
    const { responses } = await broker.peer().call(produce, 9, request)
    expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
  }

  beforeAll(async () => {
    await readyTopic(broker.peer(), TOPIC, { partitions: PARTITIONS })
    await readyTopic(broker.peer(), 'blank', { partitions: 2 })
    await readyTopic(broker.peer(), 'one.sided', { partitions: 2 })
    await broker.call('produce', { topic: 'one.sided', partition: 0, value: { encoding: 'text', data: 'alone' } })
    for (let at = 0; at < RECORDS; at += 1) {
      const json = `{"at": ${at}, "largest": ${LARGEST}, "list": [1.10, {"deep": null}]}`
      await send(at % PARTITIONS, at === 1 ? Buffer.from([0, 0xff, 0x80]) : json, FIRST_TIME + at)
    }
  })

  const state = (page: Page, text: string): Promise<void> =>
    page.locator('[role=status]', { hasText: text }).first().waitFor()

  /** Columns of all rows that are shown. */
  const column = (page: Page, index: number): Promise<readonly string[]> =>
    page.locator(`main tbody tr td:nth-child(${index})`).allInnerTexts()

  /** What a command wrote, without what it told of it. */
  const keysIn = (said: string): readonly string[] =>
    said.split('\n').flatMap((line) => /^\d+ \d+ \S+Z (k\d+) /.exec(line)?.[1] ?? [])

  test('a filter is given a name, found by others, and forgotten', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=earliest`)
    await state(page, 'There is more')
    await page.getByLabel('Filter by').selectOption('cel')
    await page.getByLabel('Filter', { exact: true }).fill('value.at ==')
    const saving = await press(page, 'Save filter')
    await saving.getByLabel('Name').fill('after / fifty')
    await saving.locator('.failure').waitFor()
    await page.keyboard.press('Escape')
    await saving.waitFor({ state: 'detached' })
    await page.getByLabel('Filter', { exact: true }).fill('partition == 1 && value.at > 50')
    await press(page, 'Save filter')
    await saving.getByLabel('Name').fill('after / fifty')
    await saving.getByText('after / fifty will be there for all').waitFor()
    await expectAccessible(page, 'save a filter')
    await go(saving, 'Save')
    expect((await broker.call('filters', {})).items).toEqual([
      { name: 'after / fifty', language: 'cel', filter: 'partition == 1 && value.at > 50' },
    ])
    // Saving is not searching.
    expect(new URL(page.url()).searchParams.get('filter')).toBe(null)

    const other = await at(`/topics/${TOPIC}/messages?from=earliest`, ['zh-CN', 'dark', PHONE])
    await other.locator('.saved-filters select').selectOption('after / fifty')
    await other.locator('form.query button[type=submit]').click()
    await expect.poll(() => column(other, 2), { timeout: 20_000 }).toEqual(['1', '1', '1'])
    expect(new URL(other.url()).searchParams.get('language')).toBe('cel')
    expect(await other.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)

    const forgetting = await press(page, 'Forget filter')
    await forgetting.getByText('after / fifty will be gone for all').waitFor()
    await go(forgetting, 'Delete')
    expect((await broker.call('filters', {})).items).toEqual([])
    expect((await broker.call('audit', { search: 'filter.' })).items.map(({ action }) => action)).toEqual([
      'filter.delete',
      'filter.save',
    ])
  })

  test('all partitions are merged by time, and the cursor goes on', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=earliest&count=25`)
    await state(page, 'There is more')
    await page.locator('.tabs a[aria-current=page]', { hasText: 'Messages' }).waitFor()
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`)
    expect(await column(page, 4)).toEqual(keys(25))
    expect((await column(page, 2)).slice(0, 4)).toEqual(['0', '1', '2', '0'])
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('main tbody tr').nth(49).waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await state(page, 'All was searched')
    expect(await column(page, 4)).toEqual(keys(RECORDS))
    await page.getByLabel('Start at').selectOption('last')
    await page.getByLabel('At once').fill('4')
    await page.getByRole('button', { name: 'Search', exact: true }).last().click()
    await page.waitForURL(/from=last&count=4$/)
    await state(page, 'There is more')
    expect(await column(page, 4)).toEqual(['k59', 'k58', 'k57', 'k56'])
  })

  test('offset, time and partitions stand in the address', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=offset&offset=18&partitions=0,2`)
    await state(page, 'All was searched')
    expect(await column(page, 4)).toEqual(['k54', 'k56', 'k57', 'k59'])
    await page.getByLabel('Partitions').fill('1')
    await page.getByLabel('Partitions').press('Enter')
    await page.waitForURL(/partitions=1$/)
    await page.goto(`${broker.base()}/topics/${TOPIC}/messages?from=time&time=${FIRST_TIME + 58}`)
    await state(page, 'All was searched')
    expect(await column(page, 4)).toEqual(['k58', 'k59'])
    expect(await page.getByLabel('Local time').inputValue()).toContain('20.058')
  })

  test('a filter finds, and one that is none says why and what to do', async () => {
    const page = await at(`/topics/${TOPIC}/messages`)
    const filter = page.getByLabel('Filter', { exact: true })
    const found = async (language: string, expression: string, keys: readonly string[]) => {
      await page.getByLabel('Filter by').selectOption(language)
      await filter.fill(expression)
      await filter.press('Enter')
      await page.locator('.figure', { hasText: 'Matched' }).getByText(String(keys.length), { exact: true }).waitFor()
      await state(page, 'All was searched')
      expect(await column(page, 4)).toEqual(keys)
    }
    await found('text', '"AT": 17,', ['k17'])
    await filter.press('Control+a')
    await page.getByLabel('Filter by').selectOption('regex')
    await filter.fill('(')
    await filter.press('Enter')
    const refusal = page.locator('.filter .refusal')
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('wrong from character 1 on: missing closing )')
    await page.getByText('RE2: without look-around').waitFor()
    await expectAccessible(page, 'a wrong filter')
    await found('regex', 'at": 4[12],', ['k42', 'k41'])
    expect(await refusal.count()).toBe(0)
    await page.getByLabel('Filter by').selectOption('cel')
    await filter.fill('at > 57')
    await filter.press('Enter')
    await refusal.getByText('there is no name at; a field of a value is value.at').waitFor()
    await found('cel', `value.at > 57 && value.largest == ${LARGEST}`, ['k59', 'k58'])
    await page.getByText('The filter failed on 1 message:').waitFor()
    await page.reload()
    await state(page, 'All was searched')
    expect(await column(page, 4)).toEqual(['k59', 'k58'])
  })

  test.each(['latest', 'earliest', 'last', 'offset&offset=3', `time&time=${FIRST_TIME + 9}`])(
    'the request answers the messages that the page shows, from %s',
    async (from) => {
      const page = await at(`/topics/${TOPIC}/messages?from=${from}&count=4`)
      await state(page, 'There is more')
      const keys = await column(page, 4)
      expect(keys).toHaveLength(4)
      const lines = (await asks(broker, await requestIn(page.locator('main')))).trim().split('\n')
      expect(lines.map((line) => /"key":"(k\d+)"/.exec(line)?.[1])).toEqual(keys)
    },
  )

  test('a search is stopped under way, and goes on from there', async () => {
    const page = await at(`/topics/blank/messages`)
    await state(page, 'This topic has no messages.')
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    await page.route('**/messages/search', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${broker.base()}/topics/${TOPIC}/messages?from=earliest&filter=deep`)
    await state(page, 'Searching')
    await page.getByRole('button', { name: 'Stop' }).click()
    await state(page, 'Stopped')
    answer()
    await page.unrouteAll({ behavior: 'wait' })
    expect(await column(page, 1)).toEqual([])
    await page.getByText('Nothing was found so far.').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('main tbody tr').nth(49).waitFor()
  })

  test('what comes is shown live', async () => {
    const page = await at('/topics/blank/messages?from=live')
    await page.locator('.figure', { hasText: 'Scanned' }).waitFor()
    await state(page, 'Waiting for what comes')
    await page.getByText('Nothing has come so far.').waitFor()
    for (const data of ['first', 'second']) {
      await broker.call('produce', { topic: 'blank', value: { encoding: 'text', data } })
      await page.locator('tbody').getByText(data).waitFor()
    }
    expect(await column(page, 5)).toEqual(['second', 'first'])
    await page.getByRole('button', { name: 'Stop' }).click()
    await state(page, 'Stopped')
  })

  test('a message is opened with all digits, as bytes, and with its neighbours', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=earliest&filter=%22at%22%3A+3%2C`)
    await page.getByRole('link', { name: 'Message 1 of partition 0' }).click()
    await page.waitForURL(new RegExp(`/topics/${TOPIC}/messages/0/1$`))
    const value = page.getByRole('group', { name: 'Value' })
    await value.getByText(LARGEST, { exact: true }).waitFor()
    expect(await value.textContent()).toContain('1.10')
    await page.getByText('parses as JSON').waitFor()
    await page.getByText('Created').waitFor()
    await page.getByText(String(FIRST_TIME + 3), { exact: true }).waitFor()
    await expectAccessible(page, 'a message')
    await value.locator('summary', { hasText: '"list"' }).click()
    await value.getByText('1.10').waitFor({ state: 'detached' })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy' }).last().click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(`"largest": ${LARGEST}, "list": [1.10,`)
    await page.getByLabel('Shown').selectOption('hex')
    await page.getByText('00000000  7b 22 61 74').waitFor()
    await page.waitForURL(/view=hex$/)
    await page.getByRole('link', { name: 'Next', exact: true }).click()
    await page.waitForURL(/\/0\/2\?view=hex$/)
    await page.goto(`${broker.base()}/topics/${TOPIC}/messages/1/0`)
    await page.getByText('is nothing that is known').waitFor()
    expect(await page.getByRole('link', { name: 'Previous' }).count()).toBe(0)
    await page.goto(`${broker.base()}/topics/${TOPIC}/messages/1/4711`)
    await page.getByText('has no message 4711').waitFor()
  })

  test('a message is produced and seen, again, and as a tombstone', async () => {
    const page = await at('/topics/blank/messages')
    const dialog = await press(page, 'Produce')
    await dialog.getByText('any', { exact: true }).waitFor()
    await dialog.getByLabel('Key is').selectOption('text')
    await dialog.getByLabel('Key', { exact: true }).fill('who')
    await dialog.getByLabel('Value is').selectOption('hex')
    await dialog.getByLabel('Value', { exact: true }).fill('zz')
    await dialog.getByText('this is no hex').waitFor()
    await dialog.getByLabel('Value is').selectOption('json')
    await dialog.getByLabel('Value', { exact: true }).fill(`{"n": ${LARGEST}}`)
    await dialog.getByRole('button', { name: 'Add a header' }).click()
    await dialog.getByLabel('Name of header 1').fill('trace')
    await dialog.getByLabel('Value of header 1', { exact: true }).fill("it's")
    await dialog.locator('.effect[aria-busy=false] .figure').first().waitFor()
    await expectAccessible(page, 'produce')
    expect(await runs(await commandIn(dialog))).toContain('produced 1 record to blank')
    await dialog.getByRole('button', { name: 'Produce', exact: true }).click()
    await page.waitForURL(/\/topics\/blank\/messages\/\d\/\d+$/)
    await page.getByText(LARGEST, { exact: true }).waitFor()
    await page.getByText("it's").waitFor()
    const [, partition, offset] = /\/(\d)\/(\d+)$/.exec(page.url()) ?? []
    const read = (at: number) =>
      broker.call('message', { topic: 'blank', partition: Number(partition), offset: String(at) })
    // By the command and by the page alike.
    const { key, value, headers } = await read(Number(offset))
    expect(await read(Number(offset) - 1)).toMatchObject({ key, value, headers })
    const again = await press(page, 'Produce again')
    expect(await again.getByLabel('Value', { exact: true }).inputValue()).toBe(`{"n": ${LARGEST}}`)
    await again.getByRole('button', { name: 'Produce', exact: true }).click()
    await page.waitForURL(new RegExp(`/${partition}/${Number(offset) + 1}$`))
    expect(await read(Number(offset) + 1)).toMatchObject({ key, value, headers })
    await page.getByText(LARGEST, { exact: true }).waitFor()
    const tombstone = await press(page, 'Produce as tombstone')
    await tombstone.getByText('A tombstone:').waitFor()
    await tombstone.getByRole('button', { name: 'Produce', exact: true }).click()
    await page.waitForURL(new RegExp(`/${partition}/${Number(offset) + 2}$`))
    expect(await read(Number(offset) + 2)).toMatchObject({ key, value: null, headers })
  })

  test('of a message without a key there is no tombstone', async () => {
    const { offset } = await broker.call('produce', { topic: 'blank', partition: 0, value: { data: 'keyless' } })
    const page = await at(`/topics/blank/messages/0/${offset}`)
    await page.locator('main').getByRole('button', { name: 'Produce again' }).waitFor()
    expect(await page.getByRole('button', { name: 'Produce as tombstone' }).count()).toBe(0)
  })

  test.each([
    ['en', 'light', DESKTOP, 'This topic has no messages.', 'Produce the first one', 'Produce'],
    [
      'zh-CN',
      'dark',
      PHONE,
      '\u6B64\u4E3B\u9898\u6CA1\u6709\u6D88\u606F\u3002',
      '\u53D1\u9001\u7B2C\u4E00\u6761\u6D88\u606F',
      '\u53D1\u9001',
    ],
  ] as const)(
    'a topic without messages says so and no more, in %s, %s',
    async (locale, theme, viewport, none, first, does) => {
      const topic = `untouched.${locale}`
      await broker.call('createTopic', { name: topic, partitions: 1 })
      const page = await at(`/topics/${topic}/messages`, [locale, theme, viewport])
      await state(page, none)
      expect(await page.locator('.search-progress, main table').count()).toBe(0)
      await expectAccessible(page, 'a topic without messages')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
      const dialog = await press(page, first)
      await dialog.locator('textarea').last().fill('by hand')
      // What others send is found by itself, and what is being typed stays.
      await broker.call('produce', { topic, value: { encoding: 'text', data: 'from elsewhere' } })
      await page.locator('main tbody').getByText('from elsewhere').waitFor()
      await dialog.getByRole('button', { name: does, exact: true }).click()
      await page.waitForURL(/\/messages\/0\/1$/)
      await page.getByText('by hand').first().waitFor()
    },
  )

  test.each([
    [TOPIC, 'from=offset&offset=60', 'There are no messages from there on.'],
    [TOPIC, `from=time&time=${FIRST_TIME + 1000}`, 'There are no messages from there on.'],
    [TOPIC, 'filter=not+there', 'Nothing matches.'],
    ['one.sided', 'partitions=1', 'There are no messages in these partitions.'],
  ])('a search that finds nothing says why, %s, %s', async (topic, asked, why) => {
    const page = await at(`/topics/${topic}/messages?${asked}`)
    await page.getByText(why).waitFor()
    await state(page, 'All was searched')
    await page.locator('.figure', { hasText: 'Progress' }).getByText('100%').waitFor()
  })

  test('what is written by hand goes from every part of a topic, but not of one of the broker', async () => {
    const page = await at(`/topics/${TOPIC}`)
    const main = page.locator('main .page-header .button.primary')
    for (const part of ['', '?tab=configs', '?tab=groups', '/messages']) {
      await page.goto(`${broker.base()}/topics/${TOPIC}${part}`)
      await main.waitFor()
      expect(await page.locator('main').getByRole('button', { name: 'Produce' }).allTextContents()).toEqual(['Produce'])
      expect(await main.textContent()).toBe('Produce')
    }
    await expectAccessible(page, 'a topic that can be written to')
    await readyCoordinator(broker.peer(), 'readers')
    await page.goto(`${broker.base()}/topics/__consumer_offsets/messages`)
    await page.locator('main .actions button').first().waitFor()
    expect(await page.locator('main').getByRole('button', { name: 'Produce' }).count()).toBe(0)
    expect(await page.locator('main').getByRole('button', { name: 'Purge' }).count()).toBe(0)
  })

  test('the query is taken away as a file, as a command and as a request', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=earliest&filter=%22at%22%3A+2&partitions=2`)
    const taken = async (format: string): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Download as ${format}` }).click(),
      ])
      expect(download.suggestedFilename()).toBe(`${TOPIC}.${format.toLowerCase()}`)
      return readFileSync(await download.path(), 'utf8')
    }
    const lines = (await taken('NDJSON')).trim().split('\n')
    expect(lines.map((line) => /"key":"(k\d+)"/.exec(line)?.[1])).toEqual(['k2', 'k20', 'k23', 'k26', 'k29'])
    expect(lines[0]).toContain(`"largest": ${LARGEST}`)
    expect((await taken('CSV')).trim().split('\r\n')).toHaveLength(6)
    const said = await runs(await commandIn(page.locator('main')))
    expect(keysIn(said)).toEqual(['k2', 'k20', 'k23', 'k26', 'k29'])
    expect(said).toContain(' k29 {"at": 29,')
    const filtered = await asks(broker, await requestIn(page.locator('main')))
    expect(filtered.trim().split('\n')).toEqual(lines)
    await page.goto(`${broker.base()}/topics/${TOPIC}/messages?from=last&count=2`)
    await state(page, 'There is more')
    expect(keysIn(await runs(await commandIn(page.locator('main'))))).toEqual(['k59', 'k58'])
  })

  test.each<readonly [language: string, rest: string, filter: string, keys: readonly string[]]>([
    ['text', 'from=last&count=2', '"AT": 1', ['k19', 'k18']],
    ['regex', 'from=latest&count=3', String.raw`^\{"at": [1-4]\d`, ['k49', 'k48', 'k47']],
    ['cel', 'from=earliest', "value.at > 55 && key != 'k57'", ['k56', 'k58', 'k59']],
    ['text', 'from=offset&offset=18', "it's not there", []],
    ['text', 'from=offset&offset=19&valueAs=hex', '7b226174', ['k57', 'k58', 'k59']],
    ['cel', `from=time&time=${FIRST_TIME + 50}`, 'size > 1000 || offset == 17', ['k51', 'k52', 'k53']],
  ])('the command finds what a filter by %s finds, %s', async (language, rest, filter, keys) => {
    const asked = new URLSearchParams({ language, filter }).toString()
    const page = await at(`/topics/${TOPIC}/messages?${rest}&${asked}`)
    const isNewestFirst = rest.includes('count=')
    await state(page, isNewestFirst ? 'There is more' : 'All was searched')
    expect(await column(page, 4)).toEqual(keys)
    const found = keysIn(await runs(await commandIn(page.locator('main'))))
    // Forward, each partition is read by itself.
    expect(isNewestFirst ? found : found.toSorted()).toEqual(keys)
  })

  test('the browser and its window on a phone, in Chinese and in the dark', async () => {
    const page = await at(`/topics/${TOPIC}/messages?from=earliest`, ['zh-CN', 'dark', PHONE])
    const looks = async (what: string) => {
      await expectAccessible(page, what)
      expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBe(PHONE.width)
    }
    await page.locator('main tbody tr').nth(49).waitFor()
    await page.locator('.request summary').click()
    await looks('messages')
    await page.locator('main tbody a').first().click()
    await page.getByText(LARGEST, { exact: true }).waitFor()
    await looks('message')
    await press(page, '\u518D\u6B21\u53D1\u9001')
    await page.getByRole('dialog').locator('.effect[aria-busy=false] .figure').first().waitFor()
    await looks('produce again')
  })
})

describe.skipIf(missing !== undefined)('messages of a broker that only reads', () => {
  const broker = inside({ 'admin.password': PASSWORD, 'admin.read.only': 'true' })
  const open = opened()

  test('they are looked through, and none is produced', async () => {
    await readyTopic(broker.peer(), 'still', { partitions: 1 })
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics/still/messages`)
    await logIn(page, PASSWORD)
    await page.getByText('This topic has no messages.').waitFor()
    await page.getByText('Nothing can be changed here').waitFor()
    expect(await page.getByRole('button', { name: 'Produce' }).count()).toBe(0)
  })
})
