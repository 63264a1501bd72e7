// A browser for the tests of a file, and what each of them does with it first.
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { program } from '../harness/clients.ts'
import type { Inside } from '../integration/admin/inside.ts'

const PATIENCE_MS = 60_000
export const DESKTOP = { width: 1280, height: 900 }
export const PHONE = { width: 360, height: 780 }

/** Pieces of names that stand on more than one line. */
export const BROKEN_NAMES = `[...document.querySelectorAll('h1, .name, .figure dd')].flatMap((of) => {
  const texts = []
  const walker = document.createTreeWalker(of, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push(walker.currentNode)
  return texts.filter((text) => {
    const range = document.createRange()
    range.selectNodeContents(text)
    return !/\\s/.test(text.data) && range.getClientRects().length > 1
  }).map((text) => text.data)
})`

export interface Opened {
  readonly page: Page
  /** What the page says of itself: what its console was written, and what was thrown. */
  readonly complaints: string[]
  readonly crashes: string[]
}

export type Open = (
  locale: string,
  colorScheme: 'light' | 'dark',
  viewport: typeof DESKTOP,
  /** That of the machine where none is given. */
  timezoneId?: string,
) => Promise<Opened>

/** One browser for the tests of a file. */
export const opened = (): Open => {
  let browser: Browser

  beforeAll(async () => {
    // Its sandbox needs rights that a container does not give, and the page is ours.
    const options = { executablePath: program('browser', '').command, args: ['--no-sandbox'], timeout: PATIENCE_MS }
    browser = await chromium.launch(options)
  }, PATIENCE_MS)
  afterAll(() => browser.close())

  return async (locale, colorScheme, viewport, timezoneId) => {
    const look = { locale, colorScheme, viewport, reducedMotion: 'reduce' } as const
    const context = await browser.newContext(timezoneId === undefined ? look : { ...look, timezoneId })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const complaints: string[] = []
    const crashes: string[] = []
    page.on('console', (message) => {
      // That nobody is logged in, or that a disk of this machine is nearly full, is an answer, which browsers write down.
      if (!/\/(api\/v1\/session|healthz)$/.test(message.location().url)) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => crashes.push(message))
    return { page, complaints, crashes }
  }
}

export const logIn = async (page: Page, password: string): Promise<void> => {
  await page.locator('input[type=password]').fill(password)
  await page.keyboard.press('Enter')
  await page.locator('.navigation a[aria-current]').waitFor()
}

/** Opens a view of a console, logged in; its page must not crash until the test ends. */
export const visiting =
  ({ base }: Pick<Inside, 'base'>, open: Open, password: string) =>
  async (path: string, look: Parameters<Open> = ['en', 'light', DESKTOP]): Promise<Page> => {
    const { page, crashes } = await open(...look)
    onTestFinished(() => expect(crashes).toEqual([]))
    await page.goto(`${base()}${path}`)
    await logIn(page, password)
    return page
  }

/** Opens the window behind a button. */
export const press = async (page: Page, name: string): Promise<Locator> => {
  await page.locator('main').getByRole('button', { name, exact: true }).click()
  return page.getByRole('dialog')
}

/** Presses the button of a window once it can be, and waits until the window is gone. */
export const go = async (dialog: Locator, name: string): Promise<void> => {
  await dialog.getByRole('button', { name, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/**
 * What listens to a press, and what of it Tab does not stop at. Options of a list are chosen by arrows; a switch has a hidden
 * twin, which forms look at.
 */
const PRESSED = `(() => {
  const propsOf = (element) => element[Object.keys(element).find((key) => key.startsWith('__reactProps$'))]
  const all = [...document.querySelectorAll('body *')].filter((element) => propsOf(element)?.onClick !== undefined)
  const outOfReach = all.filter((each) => each.tabIndex < 0 && !each.matches('[role=option], input[aria-hidden]'))
  return { count: all.length, outOfReach: outOfReach.map(({ outerHTML }) => outerHTML) }
})()`

/** Axe finds nothing, and what a mouse can press the keyboard can too. */
export const expectAccessible = async (page: Page, what: string): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  expect(found, what).toEqual([])
  const pressed = await page.evaluate<{ readonly count: number; readonly outOfReach: readonly string[] }>(PRESSED)
  expect(pressed.outOfReach, what).toEqual([])
  expect(pressed.count, what).toBeGreaterThan(0)
}
