// The console on a phone: where a screen begins, how high its rows are, where names break, and what columns that give way leave.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { BROKEN_NAMES, DESKTOP, opened, PHONE, visiting } from './browser.ts'
import { GROUP, PASSWORD, seeded } from './seeded.ts'

const LONG = `${'greetings.of-the_quiet.'.repeat(4)}end`
/** Wider than the screen, and without a joint. */
const ENDLESS = 'a'.repeat(200)
const HIGHEST_ROW = 130

/** How far the heading stands below the bar at the top, and the heights of rows. */
const PLACES = `(() => {
  const bar = document.querySelector('.sidebar').getBoundingClientRect()
  const rows = [...document.querySelectorAll('tbody tr')].map((each) => each.getBoundingClientRect().height)
  return { gap: document.querySelector('h1').getBoundingClientRect().top - bar.bottom, highest: Math.max(...rows) }
})()`

describe.skipIf((await missingClients('browser')) !== undefined)('the console on a phone', () => {
  const broker = seeded()
  const at = visiting(broker, opened(), PASSWORD)

  const visit = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${broker.base()}${path}`)
    await page.locator('tbody tr').first().waitFor()
  }

  test('a short screen begins at the top, and names break where they have a joint', async () => {
    await readyTopic(broker.peer(), LONG)
    const page = await at('/', ['en', 'light', PHONE])
    for (const path of ['/topics', '/groups', `/groups/${encodeURIComponent(GROUP)}`, `/topics/${LONG}`, '/audit']) {
      await visit(page, path)
      const { gap, highest } = await page.evaluate<{ gap: number; highest: number }>(PLACES)
      expect(gap, path).toBeGreaterThan(0)
      expect(gap, path).toBeLessThan(60)
      expect(highest, path).toBeLessThan(HIGHEST_ROW)
      expect(await page.evaluate(BROKEN_NAMES), path).toEqual([])
    }
  })

  test('a name without a joint breaks where it must, and takes no screen with it', async () => {
    await readyTopic(broker.peer(), ENDLESS)
    for (const look of [PHONE, DESKTOP]) {
      const page = await at('/topics?search=aaa', ['en', 'light', look])
      for (const path of ['/topics?search=aaa', `/topics/${ENDLESS}`]) {
        await visit(page, path)
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(look.width)
      }
    }
  })

  test('an offset of a message stands with its partition', async () => {
    const page = await at('/topics/orders/messages?from=earliest', ['en', 'light', PHONE])
    const offset = page
      .locator('tbody tr')
      .first()
      .locator('td', { has: page.locator('a') })
    await expect.poll(async () => (await offset.innerText()).split(/\s*\n\s*/)).toEqual(['0', 'partition 0'])
    await page.setViewportSize(DESKTOP)
    await expect.poll(() => offset.innerText()).toBe('0')
  })
})
