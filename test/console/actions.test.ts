// What is changed from the console: each window in a browser, and what came of it asked for over the protocol. The command
// that a window offers is run as it stands, as a rehearsal.
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { inside } from '../integration/admin/inside.ts'
import { BROKEN_NAMES, DESKTOP, expectAccessible, go, logIn, opened, PHONE, press, visiting } from './browser.ts'
import { commandIn, runs } from './commands.ts'
import { GROUP, PASSWORD, seeded, send } from './seeded.ts'

const EARLIEST = -2
const TOPIC = 2
const BROKER = 4
const UNKNOWN_TOPIC = 3
const [FROM_TOPIC, FROM_BROKER] = [1, 2]

/** Figures that do not fit where they stand. */
const CUT_OFF = `[...document.querySelectorAll('.figure dd')]
  .filter((each) => each.scrollWidth > each.clientWidth)
  .map((each) => each.textContent)`

const missing = await missingClients('browser')

describe.skipIf(missing !== undefined)('changes from the console', () => {
  const broker = seeded()
  const open = opened()
  const at = visiting(broker, open, PASSWORD)

  const topicNow = async (name: string) => {
    const { topics } = await broker.peer().call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
    return topics[0]
  }

  const configNow = async (resourceType: number, resourceName: string, key: string) => {
    const resources = [{ resourceType, resourceName, configurationKeys: [key] }]
    const { results } = await broker.peer().call(describeConfigs, 4, { resources })
    return results[0]?.configs[0]
  }

  const firstOffset = async (name: string, partitionIndex: number) => {
    const partitions = [{ partitionIndex, timestamp: EARLIEST }]
    const { topics } = await broker.peer().call(listOffsets, 1, { replicaId: -1, topics: [{ name, partitions }] })
    return Number(topics[0]?.partitions[0]?.offset)
  }

  const committedNow = async (groupId: string) => {
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const answer = await broker.peer().call(offsetFetch, 7, { groupId, topics })
    return Number(answer.topics[0]?.partitions[0]?.committedOffset)
  }

  test('a topic is created, once the broker said what it would be', async () => {
    const page = await at('/topics')
    const dialog = await press(page, 'Create topic')
    const create = dialog.getByRole('button', { name: 'Create', exact: true })
    await dialog.getByLabel('Topic', { exact: true }).fill('orders')
    await dialog.getByText('Choose another name').waitFor()
    expect(await create.isDisabled()).toBe(true)
    await dialog.getByLabel('Topic', { exact: true }).fill('made.here')
    await dialog.getByLabel('Partitions').fill('3')
    await dialog.getByLabel('Configs').fill('retention.ms=5000\ncleanup.policy=compact,delete')
    await dialog.locator('.figure', { hasText: 'Replicas' }).getByText('1').waitFor()
    await create.hover()
    await expectAccessible(page, 'create a topic')
    const command = await commandIn(dialog)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command)
    expect(command).toMatch(/^millrace topic create --partitions 3 --config retention.ms=5000 .* made\.here$/)
    expect(await runs(`${command} --dry-run`)).toContain('would create made.here with 3 partitions')
    expect((await topicNow('made.here'))?.errorCode).toBe(UNKNOWN_TOPIC)
    await go(dialog, 'Create')
    await page.waitForURL(/\/topics\/made\.here$/)
    expect((await topicNow('made.here'))?.partitions).toHaveLength(3)
    expect(await configNow(TOPIC, 'made.here', 'retention.ms')).toMatchObject({ value: '5000' })
  })

  test('what cannot be read is told at its field', async () => {
    const page = await at('/topics/clicks')
    const refused = async (window: string, does: string, typed: Readonly<Record<string, string>>, said: string) => {
      const dialog = await press(page, window)
      for (const [field, text] of Object.entries(typed)) await dialog.getByLabel(field, { exact: true }).fill(text)
      const [field = ''] = Object.keys(typed).slice(-1)
      const why = dialog.locator('.field', { has: page.getByLabel(field, { exact: true }) }).getByRole('alert')
      expect(await why.textContent()).toBe(said)
      expect(await dialog.getByRole('button', { name: does, exact: true }).isDisabled()).toBe(true)
      await expectAccessible(page, said)
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    const count = 'This is not a whole number from 1 on.'
    await refused('Add partitions', 'Add partitions', { 'Partitions in all': '7.5' }, count)
    await refused('Purge', 'Purge', { Partition: 'x' }, 'This is not the number of a partition.')
    await refused('Purge', 'Purge', { 'Before offset': '10' }, 'Say of which partition.')
    await refused('Purge', 'Purge', { Partition: '0', 'Before offset': 'x' }, 'This is not an offset.')
    await refused('Produce', 'Produce', { Partition: '-1' }, 'This is not the number of a partition.')
    await page.goto(`${broker.base()}/topics`)
    await refused('Create topic', 'Create', { Topic: 'a', Replicas: '0' }, count)
    const lines = 'retention.ms=5000\n\nsegment.bytes\n'
    await refused('Create topic', 'Create', { Topic: 'a', Configs: lines }, 'Line 3 is not key=value.')
    await page.goto(`${broker.base()}/accounts`)
    const short = { Account: 'ana', 'New password': 'short' }
    await refused('Create account', 'Create', short, '10 to 256 characters.')
    await page.goto(`${broker.base()}/groups/ledger`)
    const dialog = await press(page, 'Reset offsets')
    await dialog.getByLabel('To', { exact: true }).selectOption('shift')
    await dialog.getByLabel('Records').fill('some')
    await dialog.getByText('This is not a number of records.').waitFor()
  })

  test('the palette changes what is on the screen, and makes new things from anywhere', async () => {
    const page = await at('/topics/clicks/messages')
    const choose = async (typed: string, option: string): Promise<Locator> => {
      await page.locator('.navigation a[aria-current]').waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill(typed)
      await page.getByRole('option', { name: option, exact: true }).click()
      return page.getByRole('dialog')
    }
    const purging = await choose('purge', 'clicks: Purge')
    await purging.getByLabel('Type clicks to go on').waitFor()
    await expectAccessible(page, 'purge from the palette')
    await page.keyboard.press('Escape')
    await purging.waitFor({ state: 'detached' })
    const making = await choose('create', 'Create topic')
    await making.getByLabel('Topic', { exact: true }).fill('from.the.palette')
    await go(making, 'Create')
    await page.waitForURL(/\/topics\/from\.the\.palette$/)
    await page.goto(`${broker.base()}/groups/ledger`)
    const resetting = await choose('ledger', 'ledger: Reset offsets')
    await resetting.locator('.action').waitFor()
    await expectAccessible(page, 'reset from the palette')
  })

  test('a clone has the shape and the configs of its model', async () => {
    const page = await at('/topics/orders')
    const dialog = await press(page, 'Clone')
    await dialog.getByLabel('Topic', { exact: true }).fill('orders.copy')
    await dialog.locator('.figure', { hasText: 'Partitions' }).getByText('12').waitFor()
    await go(dialog, 'Create')
    await page.waitForURL(/\/topics\/orders\.copy$/)
    expect((await topicNow('orders.copy'))?.partitions).toHaveLength(12)
    const retention = { value: '3600000', configSource: FROM_TOPIC }
    expect(await configNow(TOPIC, 'orders.copy', 'retention.ms')).toMatchObject(retention)
  })

  test('a topic is given more partitions, and never fewer', async () => {
    const page = await at('/topics/payments.settled')
    const dialog = await press(page, 'Add partitions')
    await dialog.getByLabel('Partitions in all').fill('2')
    await dialog.locator('.failure').waitFor()
    await dialog.getByLabel('Partitions in all').fill('8')
    await dialog.getByText('6 \u2192 8 partitions').waitFor()
    expect(await runs(`${await commandIn(dialog)} --dry-run`)).toContain('partitions  6 -> 8')
    await go(dialog, 'Add partitions')
    await page.locator('tbody tr').nth(7).waitFor()
    expect((await topicNow('payments.settled'))?.partitions).toHaveLength(8)
  })

  test.each([
    ['/topics/customers.by-id?tab=configs', TOPIC, 'customers.by-id', 'segment.bytes', FROM_TOPIC],
    ['/brokers/1', BROKER, '1', 'log.segment.bytes', FROM_BROKER],
  ])('a config is set and set back at %s', async (path, type, name, key, source) => {
    const page = await at(path)
    const before = await configNow(type, name, key)
    await page.locator('input[type=search]').fill(key)
    const setting = await press(page, `Change ${key}`)
    await setting.getByLabel('Value').fill('a lot')
    await setting.locator('.failure').waitFor()
    await setting.getByLabel('Value').fill('2097152')
    await setting.getByText(`${before?.value} \u2192 2097152`).waitFor()
    await expectAccessible(page, `alter ${key}`)
    expect(await runs(`${await commandIn(setting)} --dry-run`)).toContain(`${before?.value} -> 2097152`)
    await go(setting, 'Save')
    expect(await configNow(type, name, key)).toMatchObject({ value: '2097152', configSource: source })
    await page.locator('tbody .value.changed', { hasText: '2097152' }).waitFor()
    const resetting = await press(page, `Change ${key}`)
    await resetting.getByRole('switch').click()
    await resetting.getByText(`2097152 \u2192 ${before?.value}`).waitFor()
    expect(await runs(`${await commandIn(resetting)} --dry-run`)).toContain('2097152 -> default')
    await go(resetting, 'Save')
    expect(await configNow(type, name, key)).toEqual(before)
  })

  test('records are deleted once the name of their topic is typed', async () => {
    const page = await at('/topics/clicks')
    const dialog = await press(page, 'Purge')
    const purge = dialog.getByRole('button', { name: 'Purge', exact: true })
    await dialog.getByLabel('Partition', { exact: true }).fill('0')
    await dialog.getByLabel('Before offset').fill('41')
    await dialog.locator('.failure').waitFor()
    await dialog.getByLabel('Before offset').fill('10')
    await dialog.locator('tbody td').nth(3).getByText('10').waitFor()
    await expectAccessible(page, 'purge')
    expect(await runs(`${await commandIn(dialog)} --dry-run`)).toContain('10 records will be gone')
    await dialog.getByLabel('Type clicks to go on').fill('Clicks')
    expect(await purge.isDisabled()).toBe(true)
    expect(await firstOffset('clicks', 0)).toBe(0)
    await dialog.getByLabel('Type clicks to go on').fill('clicks')
    await go(dialog, 'Purge')
    expect(await firstOffset('clicks', 0)).toBe(10)
  })

  test('a group is moved, shown first, and put back', async () => {
    const page = await at(`/groups/${encodeURIComponent(GROUP)}`)
    const dialog = await press(page, 'Reset offsets')
    const after = dialog.locator('tbody td').nth(3)
    await after.getByText('0', { exact: true }).waitFor()
    await dialog.getByLabel('To', { exact: true }).selectOption('offset')
    await dialog.getByLabel('Offset', { exact: true }).fill('7')
    await after.getByText('7', { exact: true }).waitFor()
    await dialog.getByLabel('To', { exact: true }).selectOption('shift')
    await dialog.getByLabel('Records').fill('-1')
    await after.getByText('0', { exact: true }).waitFor()
    await dialog.getByLabel('To', { exact: true }).selectOption('time')
    await dialog.getByLabel('Local time').fill('2020-01-31T10:00:00')
    await dialog.getByText('@2020-01-31T').waitFor()
    await after.getByText('0', { exact: true }).waitFor()
    expect(await rehearsed(dialog)).toContain('orders,0,1,0,-1')
    await dialog.getByLabel('To', { exact: true }).selectOption('latest')
    await after.getByText('40', { exact: true }).waitFor()
    await expectAccessible(page, 'reset offsets')
    expect(await rehearsed(dialog)).toContain('orders,0,1,40,39')
    expect(await committedNow(GROUP)).toBe(1)
    await go(dialog, 'Move')
    expect(await committedNow(GROUP)).toBe(40)
    await page.reload()
    await expectLast(page, 'Reset', 'orders-0', '1 \u2192 40')
    const undo = await press(page, 'Undo the reset')
    await undo.locator('tbody td').nth(3).getByText('1', { exact: true }).waitFor()
    expect(await rehearsed(undo)).toContain('orders,0,40,1,-39')
    await go(undo, 'Undo')
    expect(await committedNow(GROUP)).toBe(1)
    await expectLast(page, 'Undone', 'orders-0', '40 \u2192 1')
    const redo = await press(page, 'Redo the reset')
    await redo.locator('tbody td').nth(3).getByText('40', { exact: true }).waitFor()
    await expectAccessible(page, 'an undo that is undone')
    await go(redo, 'Redo')
    expect(await committedNow(GROUP)).toBe(40)
    await expectLast(page, 'Reset', 'orders-0', '1 \u2192 40')
    await go(await press(page, 'Undo the reset'), 'Undo')
    expect(await committedNow(GROUP)).toBe(1)
  })

  test('a reset that the group has read its way back from leaves nothing to undo', async () => {
    await readyTopic(broker.peer(), 'read.again', { partitions: 2 })
    await send(broker.peer(), 'read.again')
    const group = 'returning'
    for (const target of [{ to: 'offset', offset: '5' }, { to: 'earliest' }] as const)
      await broker.call('resetOffsets', { group, topics: ['read.again'], target })
    const page = await at(`/groups/${group}`)
    const undo = await press(page, 'Undo the reset')
    const button = undo.getByRole('button', { name: 'Undo', exact: true })
    const rows = undo.locator('tbody tr')
    await expect.poll(() => rows.first().locator('td').allInnerTexts()).toEqual(['read.again', '0', '0', '5', '35'])
    // The other partition has no records.
    expect(await rows.nth(1).locator('td').nth(3).innerText()).toMatch(/^0\s+does not move$/)
    expect((await undo.locator('th').allTextContents()).at(-1)).toBe('Lag then')
    expect(await button.isEnabled()).toBe(true)
    const topics = [
      { name: 'read.again', partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }] },
    ]
    await broker.peer().call(offsetCommit, 7, { groupId: group, generationIdOrMemberEpoch: -1, memberId: '', topics })
    await undo.getByText('Nothing is left to undo').waitFor()
    expect(await button.isDisabled()).toBe(true)
    await expectAccessible(page, 'nothing to undo')
  })

  /** What the card of the last reset says of it. */
  const expectLast = (page: Page, ...said: readonly string[]): Promise<void> =>
    expect
      .poll(() => page.getByRole('region', { name: 'Last reset' }).locator('dd').allTextContents(), { timeout: 20_000 })
      .toEqual([...said, expect.any(String), 'User:admin', 'admin-api', '127.0.0.1'])

  /** The plan of a reset: its command without what makes it so. */
  const rehearsed = async (dialog: Locator): Promise<string> =>
    runs((await commandIn(dialog)).replace(' --execute', ' -o csv'))

  test('a reset is undone in another browser, whoever made it; what is gone since is told', async () => {
    await readyTopic(broker.peer(), 'replayed', { partitions: 2 })
    await readyTopic(broker.peer(), 'passing')
    for (const topic of ['replayed', 'passing']) await send(broker.peer(), topic)
    const reset = (topics: string[], offset: string) =>
      broker.call('resetOffsets', { group: 'replayers', topics, target: { to: 'offset', offset } })
    await reset(['replayed', 'passing'], '7')
    const line = `millrace group reset replayers --to start --execute --bootstrap ${broker.bootstrap()}`
    expect(await runs(line)).toContain('moved replayers')
    await broker.call('deleteTopic', { topic: 'passing', confirm: 'passing' })
    const partitions = [{ partition: 0, before: '9' }]
    await broker.call('deleteRecords', { topic: 'replayed', partitions, confirm: 'replayed' })

    const page = await at('/groups/replayers')
    const told = page.getByRole('region', { name: 'Last reset' })
    await told.getByText('User:ANONYMOUS').waitFor()
    await told.getByText('millrace-cli').waitFor()
    expect((await told.locator('dd').allTextContents()).slice(0, 3)).toEqual(['Reset', '2', '14 messages back'])
    await expectAccessible(page, 'the last reset')
    for (const viewport of [PHONE, DESKTOP]) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate(CUT_OFF)).toEqual([])
      expect(await page.evaluate(BROKEN_NAMES)).toEqual([])
    }
    const undo = await press(page, 'Undo the reset')
    await undo.getByText('1 offset is of a topic that was deleted since').waitFor()
    await undo.getByText('1 partition does not have that offset, any more or yet').waitFor()
    const after = undo.locator('tbody td').nth(3)
    await after.getByText('9', { exact: true }).waitFor()
    expect(await rehearsed(undo)).toContain('replayed,0,0,7,7')
    await go(undo, 'Undo')
    const committed = async () => (await broker.call('group', { group: 'replayers' })).offsetRows[0]?.committed
    expect(await committed()).toBe('9')
    await told.getByText('admin-api').waitFor()

    await reset(['clicks'], '0')
    await told.getByText('There is no offset to put back.').waitFor()
    expect(await page.getByRole('button', { name: 'Undo the reset' }).count()).toBe(0)
  })

  test('of a reset too large for the audit list the undo says how much it leaves', async () => {
    const wide = 'wide'.padEnd(249, '.topic')
    await readyTopic(broker.peer(), wide, { partitions: 1700 })
    await send(broker.peer(), wide)
    for (const to of ['earliest', 'latest'] as const)
      await broker.call('resetOffsets', { group: 'wide', topics: [wide], target: { to } })
    const page = await at('/groups/wide')
    const undo = await press(page, 'Undo the reset')
    await undo.getByText('The audit list had no room for 100 more offsets').waitFor()
    await undo.getByText('and 1,400 more').waitFor()
    await page.getByText('at least 40 messages forward').waitFor()
  })

  test('a group at work is left alone, and the way out is told', async () => {
    const page = await at('/groups/dashboard')
    for (const name of ['Reset offsets', 'Delete group']) {
      const dialog = await press(page, name)
      if (name === 'Reset offsets') await dialog.getByLabel('Topic', { exact: true }).fill('orders')
      await dialog.getByText('Stop the consumers of the group first').waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
  })

  test('a group is deleted with its offsets', async () => {
    const page = await at('/groups/ledger')
    const dialog = await press(page, 'Delete group')
    await dialog.getByText('ledger and its 1 offset will be gone').waitFor()
    expect(await runs(`${await commandIn(dialog)} --dry-run`)).toContain('its offsets will be gone')
    await dialog.getByLabel('Type ledger to go on').fill('ledger')
    await go(dialog, 'Delete')
    await page.waitForURL(/\/groups$/)
    const { groups } = await broker.peer().call(describeGroups, 4, { groups: ['ledger'] })
    expect(groups[0]?.groupState).toBe('Dead')
  })

  test('a topic is deleted once its name is typed', async () => {
    await readyTopic(broker.peer(), 'past.use', { partitions: 3 })
    const page = await at('/topics/past.use')
    const dialog = await press(page, 'Delete topic')
    await dialog.locator('.figure', { hasText: 'Partitions' }).getByText('3').waitFor()
    await expectAccessible(page, 'delete a topic')
    expect(await runs(`${await commandIn(dialog)} --dry-run`)).toContain('past.use: 3 partitions')
    await dialog.getByLabel('Type past.use to go on').fill('past.use')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).hover()
    await expectAccessible(page, 'delete a topic, under the mouse')
    await go(dialog, 'Delete')
    await page.waitForURL(/\/topics$/)
    expect((await topicNow('past.use'))?.errorCode).toBe(UNKNOWN_TOPIC)
  })

  test('of the topic that keeps the offsets it is said whose are lost', async () => {
    const page = await at('/topics/__consumer_offsets')
    const dialog = await press(page, 'Delete topic')
    const lost = dialog.getByText('All committed offsets of')
    await lost.waitFor()
    expect(await lost.textContent()).toMatch(/of \d+ groups will be gone, whatever they read: /)
    expect(await lost.textContent()).toContain(GROUP)
    await expectAccessible(page, 'delete the offsets of all groups')
    expect(await runs(`${await commandIn(dialog)} --dry-run`)).toContain('all committed offsets of')
    await page.keyboard.press('Escape')
    await page.goto(`${broker.base()}/topics/__millrace_audit`)
    const refused = await press(page, 'Delete topic')
    await refused.getByText('audit.topic.enable=false').waitFor()
  })

  test('what fails leaves the window and what was typed', async () => {
    const page = await at('/topics')
    const dialog = await press(page, 'Create topic')
    await dialog.getByLabel('Topic', { exact: true }).fill('not.yet')
    await page.route('**/api/v1/topics', (route) =>
      route.request().postData()?.includes('"dryRun":true') === true ? route.continue() : route.abort(),
    )
    await dialog.getByRole('button', { name: 'Create', exact: true }).click()
    await dialog.getByText('The broker does not answer.').waitFor()
    await expectAccessible(page, 'a change that failed')
    await page.unroute('**/api/v1/topics')
    await go(dialog, 'Create')
    await page.waitForURL(/\/topics\/not\.yet$/)
    expect((await topicNow('not.yet'))?.partitions).toHaveLength(1)
  })

  test('every window on a phone, in Chinese and in the dark', async () => {
    await broker.call('resetOffsets', { group: GROUP, target: { to: 'earliest' } })
    const page = await at('/topics', ['zh-CN', 'dark', PHONE])
    const dialog = page.getByRole('dialog')
    for (const path of ['/topics', '/topics/orders', `/groups/${encodeURIComponent(GROUP)}`]) {
      await page.goto(`${broker.base()}${path}`)
      const buttons = page.locator('main .actions button')
      // That which undoes the reset comes last.
      await (path.startsWith('/groups') ? buttons.nth(2) : buttons.first()).waitFor()
      await expectAccessible(page, path)
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(PHONE.width)
      for (const button of await buttons.all()) {
        await button.click()
        await dialog.locator('.action').waitFor()
        // A topic that has no name yet has no effect either.
        const hasName = (await dialog.locator('.effect').count()) > 0
        if (hasName) await dialog.locator('.effect[aria-busy=false], .effect .failure').first().waitFor()
        for (const request of await dialog.locator('.request summary').all()) await request.click()
        await expectAccessible(page, `${path}: ${await button.textContent()}`)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'detached' })
      }
    }
  })

  test('who may only look is told why there is nothing to press', async () => {
    const password = 'only to look at'
    await broker.call('createAccount', { name: 'looker', role: 'viewer', password })
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics/orders?tab=configs`)
    await page.getByLabel('User').fill('looker')
    await logIn(page, password)
    await page.getByText('Changes take the role operator; yours is viewer.').nth(1).waitFor()
    await page.locator('tbody tr').first().waitFor()
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /Clone|Delete|Change/ })
        .count(),
    ).toBe(0)
    await broker.call('resetOffsets', { group: 'looked.at', topics: ['orders'], target: { to: 'earliest' } })
    await broker.call('resetOffsets', { group: 'looked.at', target: { to: 'latest' } })
    await page.goto(`${broker.base()}/groups/looked.at`)
    await page.getByRole('region', { name: 'Last reset' }).getByText('User:admin').waitFor()
    expect(await page.getByRole('button', { name: /Undo|Reset/ }).count()).toBe(0)
  })

  test('an operator changes topics and groups, and is told why neither brokers nor accounts', async () => {
    const password = 'to keep it going'
    await broker.call('createAccount', { name: 'keeper', role: 'operator', password })
    const { page, crashes } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics/orders?tab=configs&find=segment.bytes`)
    await page.getByLabel('User').fill('keeper')
    await logIn(page, password)
    const setting = await press(page, 'Change segment.bytes')
    await setting.getByLabel('Value').fill('2097152')
    await go(setting, 'Save')
    expect(await configNow(TOPIC, 'orders', 'segment.bytes')).toMatchObject({ value: '2097152' })
    await page.goto(`${broker.base()}/groups/${encodeURIComponent(GROUP)}`)
    const resetting = await press(page, 'Reset offsets')
    await resetting.getByLabel('To', { exact: true }).selectOption('latest')
    await go(resetting, 'Move')
    expect(await committedNow(GROUP)).toBe(40)
    await page.goto(`${broker.base()}/brokers/1?find=log.segment.bytes`)
    await page.getByText('Changes take the role admin; yours is operator.').waitFor()
    await page.locator('tbody tr').first().waitFor()
    expect(await page.getByRole('button', { name: /^Change/ }).count()).toBe(0)
    await page.goto(`${broker.base()}/accounts`)
    await page.getByText('This takes the role admin; yours is operator.').waitFor()
    expect(await page.locator('main button').count()).toBe(0)
    expect(crashes).toEqual([])
  })
})

describe.skipIf(missing !== undefined)('a console that only reads', () => {
  const broker = inside({ 'admin.password': PASSWORD, 'admin.read.only': 'true' })
  const open = opened()

  test('it says so, and offers no change', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics`)
    await logIn(page, PASSWORD)
    await page.getByText('Nothing can be changed here: admin.read.only is set.').waitFor()
    expect(await page.getByRole('button', { name: 'Create topic' }).count()).toBe(0)
  })
})
