// By keyboard alone: nobody here has a mouse, and each way leads over keys that act alone, over Tab, or over the palette.
import type { Locator, Page } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, expectAccessible, opened } from './browser.ts'
import { PASSWORD } from './seeded.ts'

/** More than a screen has. */
const STOPS_MAX = 100
/** A list of the API is at most a second old. */
const SOON = { timeout: 20_000 }

/** What somebody does who has a keyboard. */
const typist = (page: Page) => {
  const { keyboard } = page
  const focused = page.locator(':focus')

  /** Tabs on until it has the focus, once it can have it. */
  const reach = async (target: Locator): Promise<void> => {
    await target.and(page.locator(':not(:disabled)')).waitFor()
    for (let stops = 0; stops < STOPS_MAX; stops += 1) {
      if ((await target.and(focused).count()) > 0) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${String(target)}`)
  }
  const press = async (target: Locator): Promise<void> => {
    await reach(target)
    await keyboard.press('Enter')
  }
  const fill = async (target: Locator, text: string): Promise<void> => {
    await reach(target)
    await keyboard.type(text)
  }
  /** A window that has opened, and has the focus. */
  const windowOf = async (name: string): Promise<Locator> => {
    const dialog = page.getByRole('dialog', { name, exact: true })
    await dialog.and(page.locator(':focus-within')).waitFor()
    return dialog
  }
  const button = (frame: Locator, name: string): Locator => frame.getByRole('button', { name, exact: true })

  return {
    fill,
    press,
    reach,
    button,
    windowOf,
    /** `g`, and the key of a place behind it. */
    goTo: async (key: string, title: string): Promise<void> => {
      await keyboard.press('g')
      await keyboard.press(key)
      await page.locator('h1', { hasText: title }).waitFor()
      await page.locator('#main:focus').waitFor()
    },
    /** Opens the window behind a button of the screen, which has its name. */
    opens: async (name: string): Promise<Locator> => {
      await press(button(page.locator('main'), name))
      return windowOf(name)
    },
    /** Presses the button of a window once it can be, and waits until the window is gone. */
    go: async (dialog: Locator, name: string): Promise<void> => {
      await press(button(dialog, name))
      await dialog.waitFor({ state: 'detached' })
    },
    /** What the palette finds. */
    choose: async (typed: string, found: string): Promise<void> => {
      await keyboard.press('Control+k')
      await page.getByRole('combobox').and(focused).waitFor()
      await keyboard.type(typed)
      const option = page.getByRole('option', { name: found, exact: true })
      await option.waitFor()
      for (let steps = 0; steps < STOPS_MAX && (await option.getAttribute('aria-selected')) !== 'true'; steps += 1) {
        await keyboard.press('ArrowDown')
      }
      await keyboard.press('Enter')
    },
  }
}

describe.skipIf((await missingClients('browser')) !== undefined)('by keyboard alone', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const open = opened()

  beforeAll(async () => {
    await readyTopic(broker.peer(), 'letters')
    for (const data of ['one', 'two', 'three'])
      await broker.call('produce', { topic: 'letters', value: { encoding: 'text', data } })
    await readyCoordinator(broker.peer(), 'typists')
    await broker.call('resetOffsets', { group: 'typists', topics: ['letters'], target: { to: 'earliest' } })
  })

  /** Logged in. */
  const begin = async () => {
    const { page, crashes } = await open('en', 'light', DESKTOP)
    onTestFinished(() => expect(crashes).toEqual([]))
    await page.goto(broker.base())
    await page.locator('input[type=password]:focus').waitFor()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('.navigation a[aria-current]').waitFor()
    return { page, ...typist(page) }
  }

  const topics = async () => (await broker.call('topics', { internal: 'false' })).items.map(({ name }) => name)

  test('a topic is made, written to, emptied and deleted', async () => {
    const { page, button, choose, fill, go, goTo, opens, press, windowOf } = await begin()
    await goTo('t', 'Topics')
    const making = await opens('Create topic')
    await page.keyboard.type('by.hand')
    expect(await making.getByLabel('Topic', { exact: true }).inputValue()).toBe('by.hand')
    await fill(making.getByLabel('Partitions'), '2')
    await press(button(making, 'Create'))
    await page.waitForURL(/\/topics\/by\.hand$/)

    await choose('produce', 'by.hand: Produce')
    const producing = await windowOf('Produce')
    await fill(producing.getByLabel('Partition', { exact: true }), '1')
    await fill(producing.getByLabel('Value', { exact: true }), 'with ten fingers')
    await press(button(producing, 'Produce'))
    await page.waitForURL(/\/topics\/by\.hand\/messages\/1\/0$/)
    await page.getByText('with ten fingers').first().waitFor()

    await choose('purge', 'by.hand: Purge')
    const purging = await windowOf('Purge')
    await fill(purging.getByLabel('Type by.hand to go on'), 'by.hand')
    await go(purging, 'Purge')
    const offsets = async () => (await broker.call('topic', { topic: 'by.hand' })).partitionRows[1]
    await expect.poll(offsets, SOON).toMatchObject({ firstOffset: '1', endOffset: '1' })

    await goTo('t', 'Topics')
    await press(page.getByRole('link', { name: 'by.hand' }))
    await page.waitForURL(/\/topics\/by\.hand$/)
    const deleting = await opens('Delete topic')
    await page.keyboard.type('by.hand')
    expect(await deleting.getByLabel('Type by.hand to go on').inputValue()).toBe('by.hand')
    await press(button(deleting, 'Delete'))
    await page.waitForURL(/\/topics$/)
    await expect.poll(topics, SOON).toEqual(['letters'])
  })

  test('a window begins with its first field or the one that matters, or without one with a button that does no harm', async () => {
    await broker.call('saveFilter', { name: 'mine', language: 'text', filter: 'one' })
    const { page, button, choose, goTo, opens, press, windowOf } = await begin()
    const hasFocus = (target: Locator) => target.and(page.locator(':focus')).waitFor()
    const leave = async (dialog: Locator) => {
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    }
    await choose('create topic', 'Create topic')
    const making = await windowOf('Create topic')
    await page.keyboard.type('at.once')
    expect(await making.getByLabel('Topic', { exact: true }).inputValue()).toBe('at.once')
    await expectAccessible(page, 'a window that has just opened')
    await leave(making)

    await goTo('t', 'Topics')
    await press(page.getByRole('link', { name: 'letters' }))
    const growing = await opens('Add partitions')
    // What it offers is typed over.
    await page.keyboard.type('7')
    expect(await growing.getByLabel('Partitions in all').inputValue()).toBe('7')
    await leave(growing)
    const producing = await opens('Produce')
    await hasFocus(producing.getByLabel('Value', { exact: true }))
    await leave(producing)

    await page.keyboard.press('?')
    const help = await windowOf('Keys')
    await hasFocus(button(help, 'Close'))
    await leave(help)
    await press(button(page.locator('aside'), 'Settings'))
    const settings = await windowOf('Settings')
    await hasFocus(settings.getByRole('radio', { name: 'System' }))
    await leave(settings)

    await broker.call('resetOffsets', { group: 'typists', target: { to: 'latest' } })
    await choose('typis', 'typists')
    const resetting = await opens('Reset offsets')
    await hasFocus(resetting.getByLabel('Topic', { exact: true }))
    await leave(resetting)
    const undoing = await opens('Undo the reset')
    await hasFocus(button(undoing, 'Undo'))
    await expectAccessible(page, 'a window without a field')
    await leave(undoing)
    await broker.call('resetOffsets', { group: 'typists', target: { to: 'earliest' } })

    await page.goto(`${broker.base()}/topics/letters/messages`)
    await page.getByLabel('Saved filters').selectOption('mine')
    const forgetting = await opens('Forget filter')
    await hasFocus(button(forgetting, 'Cancel'))
    await expectAccessible(page, 'a window that takes something away')
  })

  test('the palette finds a group, which is moved, put back and deleted', async () => {
    const { page, button, choose, fill, go, opens, press, reach } = await begin()
    const committed = async () => (await broker.call('group', { group: 'typists' })).offsetRows[0]?.committed
    await choose('typis', 'typists')
    await page.waitForURL(/\/groups\/typists$/)
    const resetting = await opens('Reset offsets')
    await reach(resetting.getByLabel('To', { exact: true }))
    await page.keyboard.press('ArrowDown')
    await resetting.locator('tbody td').nth(3).getByText('3', { exact: true }).waitFor()
    await go(resetting, 'Move')
    await expect.poll(committed, SOON).toBe('3')
    await go(await opens('Undo the reset'), 'Undo')
    await expect.poll(committed, SOON).toBe('0')
    const deleting = await opens('Delete group')
    await fill(deleting.getByLabel('Type typists to go on'), 'typists')
    await press(button(deleting, 'Delete'))
    await page.waitForURL(/\/groups$/)
    await expect.poll(async () => (await broker.call('groups', {})).items, SOON).toEqual([])
  })
})
