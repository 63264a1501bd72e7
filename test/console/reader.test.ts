// What belongs to the reader, not to the view: language, theme and the zone of times, from the system or from the settings.
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, opened, visiting } from './browser.ts'
import { PASSWORD } from './seeded.ts'

/** Five and a half hours before UTC, in summer as well. */
const ZONE = 'Asia/Kolkata'
const HOUR_MS = 3_600_000
/** 2023-11-14T22:13:20Z. */
const TYPED_MS = 1_700_000_000_000
const [CHINESE, AUDIT_IN_CHINESE] = ['\u4E2D\u6587', '\u5BA1\u8BA1']

/** By how bright the ground, what stands on it, and its text are. */
const THEME = `(() => {
  const brightness = (of, what) => {
    const [red, green, blue] = getComputedStyle(document.querySelector(of))[what].match(/\\d+/g).map(Number)
    return (red + green + blue) / 3
  }
  const colours = [brightness('html', 'backgroundColor'), brightness('.sidebar', 'backgroundColor'), brightness('h1', 'color')]
  const [ground, surface, text] = colours
  if (ground > 200 && surface > 200 && text < 80) return 'light'
  return ground < 50 && surface < 50 && text > 180 ? 'dark' : colours.join()
})()`

describe.skipIf((await missingClients('browser')) !== undefined)('a reader', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const at = visiting(broker, opened(), PASSWORD)
  /** When the topic was made, which is all that was ever changed. */
  let made = 0

  beforeAll(async () => {
    await broker.call('createTopic', { name: 'seen' })
    made = Number((await broker.call('audit', { search: 'topic.create seen' })).items[0]?.at)
  })

  const choose = async (page: Page, choice: string): Promise<void> => {
    await page.locator('.sidebar-foot button').last().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(choice, { exact: true }).click()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }

  /** Spaces are of any kind, which differs by version of what writes times. */
  const spaced = (text: string | null): string => (text ?? '').replaceAll(/\s/g, ' ')

  const momentIn = (timeZone: string): string =>
    spaced(new Date(made).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium', timeZone }))

  const when = (page: Page) => page.locator('main tbody tr', { hasText: 'seen' }).locator('.when')

  test('is told how long ago something was, with the moment behind it', async () => {
    const page = await at('/audit', ['en', 'light', DESKTOP, ZONE])
    for (const [hours, text] of [
      [3, '3 hours ago'],
      [25, 'yesterday'],
      [51, '2 days ago'],
    ] as const) {
      await page.clock.setFixedTime(made + hours * HOUR_MS)
      await page.reload()
      await when(page).waitFor()
      expect(await when(page).textContent()).toBe(text)
      expect(spaced(await when(page).getAttribute('title'))).toBe(momentIn(ZONE))
    }
  })

  test('chooses the zone of times, of those that are typed as well', async () => {
    const page = await at(`/topics/seen/messages?from=time&time=${TYPED_MS}`, ['en', 'light', DESKTOP, ZONE])
    expect(await page.getByLabel('Local time').inputValue()).toMatch(/^2023-11-15T03:43:20/)
    await choose(page, 'UTC')
    expect(await page.getByLabel('UTC').inputValue()).toMatch(/^2023-11-14T22:13:20/)
    await page.goto(`${broker.base()}/audit`)
    await when(page).waitFor()
    expect(spaced(await when(page).getAttribute('title'))).toBe(momentIn('UTC'))
    await choose(page, 'Local time')
    expect(spaced(await when(page).getAttribute('title'))).toBe(momentIn(ZONE))
  })

  test('chooses another language than that of the browser, which stays', async () => {
    const page = await at('/audit')
    await page.locator('h1', { hasText: 'Audit' }).waitFor()
    await choose(page, CHINESE)
    for (const look of ['at once', 'after a load']) {
      await page.locator('h1', { hasText: AUDIT_IN_CHINESE }).waitFor()
      expect(await page.locator('html').getAttribute('lang'), look).toBe('zh-CN')
      expect(await page.evaluate('navigator.language'), look).toBe('en')
      await page.reload()
    }
    await choose(page, 'English')
    await page.locator('h1', { hasText: 'Audit' }).waitFor()
  })

  test('has it light or dark as the system is, and otherwise as was chosen', async () => {
    const page = await at('/audit')
    expect(await page.evaluate(THEME)).toBe('light')
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await page.evaluate(THEME)).toBe('dark')
    await choose(page, 'Light')
    expect(await page.evaluate(THEME)).toBe('light')
    await choose(page, 'System')
    expect(await page.evaluate(THEME)).toBe('dark')
    await page.reload()
    await page.locator('h1').waitFor()
    expect(await page.evaluate(THEME)).toBe('dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await choose(page, 'Dark')
    expect(await page.evaluate(THEME)).toBe('dark')
  })
})
