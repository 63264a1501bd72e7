// Every screen of the console in a browser, against a broker with data: both languages, both themes, a phone. Nothing may be
// complained about: not by the page, not by axe.
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { DESKTOP, expectAccessible, logIn, opened, PHONE, visiting } from './browser.ts'
import { GROUP, join, MEMBER, PASSWORD, seeded, SOFTWARE } from './seeded.ts'

/** An address, and a text of the broker's data that it must show. */
const screens = [
  ['/', 'payments.settled'],
  // Times of the canary.
  ['/', /^[\d.,]+ \/ [\d.,]+ (ms|\u6BEB\u79D2)$/],
  ['/topics?search=o&sort=bytes&order=desc&internal=true', '__consumer_offsets'],
  ['/topics/orders', /^40$/],
  ['/topics/orders?tab=configs&changed=true', 'retention.ms'],
  ['/topics/orders?tab=groups', 'ledger'],
  ['/topics/orders/messages?from=earliest&filter=orders+1', /^orders 12 x/],
  ['/topics/orders/messages/0/7', /^orders 7 x/],
  // There are none.
  ['/partitions?problem=underReplicated', undefined],
  ['/groups', GROUP],
  [`/groups/${encodeURIComponent(GROUP)}`, /^39$/],
  ['/groups/dashboard?tab=members', '127.0.0.1'],
  ['/brokers', '127.0.0.1'],
  ['/brokers/1?find=retention', 'log.retention.hours'],
  // There may be none.
  ['/jobs', undefined],
  ['/audit?search=payments', 'payments.settled'],
  ['/accounts', 'admin'],
] as const

const looks = [
  ['en', 'light', DESKTOP],
  ['zh-CN', 'dark', PHONE],
] as const
const otherLooks = [
  ['en', 'dark', PHONE],
  ['zh-CN', 'light', DESKTOP],
] as const
const isFull = process.env['MILLRACE_FULL'] !== undefined

describe.skipIf((await missingClients('browser')) !== undefined)('the console', () => {
  const broker = seeded()
  const open = opened()
  const at = visiting(broker, open, PASSWORD)

  test.each(isFull ? [...looks, ...otherLooks] : looks)('every screen in %s, %s', async (locale, theme, viewport) => {
    const { page, complaints, crashes } = await open(locale, theme, viewport)
    await page.goto(broker.base())
    await page.locator('input[type=password]').waitFor()
    await expectAccessible(page, 'login')
    await logIn(page, PASSWORD)
    for (const [path, shown] of screens) {
      await page.goto(`${broker.base()}${path}`)
      const main = page.locator('main')
      await (shown === undefined ? main.locator('table') : main.getByText(shown).first()).waitFor()
      expect(await page.locator('html').getAttribute('lang'), path).toBe(locale)
      expect(await page.locator('main .failure').count(), path).toBe(0)
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(viewport.width)
      await expectAccessible(page, path)
    }
    expect([...complaints, ...crashes]).toEqual([])
  })

  test.each([
    ['__consumer_offsets', 'The committed offsets of all groups are kept here.'],
    ['__millrace_audit', 'The audit list is kept here, so that it outlasts a restart.'],
    ['__millrace_canary', 'The canary sends a record through here every second and times it.'],
  ])('the page of %s says what it is for, and who writes', async (name, what) => {
    const page = await at(`/topics/${name}`)
    await page.locator('main').getByText(`${what} Only brokers write to this topic.`).waitFor()
    await expectAccessible(page, name)
  })

  test('keys, palette and settings', async () => {
    const { page, complaints, crashes } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/brokers`)
    await logIn(page, PASSWORD)
    await page.locator('h1', { hasText: 'Brokers' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.locator('h1', { hasText: 'Topics' }).waitFor()
    await page.locator('#main:focus').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('settled')
    await page.waitForURL(/search=settled/)
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' })
    await page.locator('input[type=search]').blur()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page, 'help')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('orders')
    await page.getByRole('option', { name: 'orders', exact: true }).waitFor()
    await expectAccessible(page, 'palette')
    await page.getByRole('option', { name: 'orders', exact: true }).click()
    await page.waitForURL(/\/topics\/orders$/)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('dialog').waitFor()
    // Behind a window keys lead nowhere.
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByText('Dark').click()
    await expectAccessible(page, 'settings')
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(page.url()).toMatch(/\/topics\/orders$/)
    await page.getByText('Off', { exact: true }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('b')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    expect(page.url()).toMatch(/\/topics\/orders$/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Settings' }).click()
    // Beyond this, what is under way is refused, which browsers write down.
    expect(complaints).toEqual([])
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.locator('input[type=password]').waitFor()
    expect(crashes).toEqual([])
  })

  test('a wrong password is told so, a right one shows what was asked for', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics/orders?tab=configs`)
    await page.locator('input[type=password]').fill('not this one')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Wrong user or password.').waitFor()
    await page.getByText('Set a new one with: millrace admin reset-password').waitFor()
    // What is typed takes the place of the wrong one.
    await page.locator('input[type=password]:focus').waitFor()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByText('retention.ms').first().waitFor()
    expect(page.url()).toMatch(/\/topics\/orders\?tab=configs$/)
  })

  test('a member of a group stands there with its client id, its host and its software', async () => {
    const membersOf = async (group: string): Promise<readonly string[]> => {
      const page = await at(`/groups/${group}?tab=members`)
      const cells = page.getByRole('region', { name: 'Members' }).locator('tbody td')
      await cells.first().waitFor()
      return (await cells.allTextContents()).slice(0, 3)
    }
    expect(await membersOf('dashboard')).toEqual([MEMBER, '127.0.0.1', `${SOFTWARE.name} ${SOFTWARE.version}`])
    await join(broker.peer(), 'silent')
    expect((await membersOf('silent'))[2]).toBe('unknown')
  })

  test('a key has its default beside its value, and those that were changed stand alone', async () => {
    const page = await at('/topics/orders?tab=configs')
    const table = page.getByRole('region', { name: 'Configuration' })
    const names = table.locator('tbody td:first-child .config-key > code')
    await names.first().waitFor()
    const all = await names.allTextContents()
    expect(all).toContain('segment.bytes')
    const row = table.locator('tbody tr').nth(all.indexOf('retention.ms'))
    expect((await table.locator('th').allTextContents()).slice(0, 3)).toEqual(['Key', 'Value', 'Default'])
    expect((await row.locator('td').allTextContents()).slice(1, 3)).toEqual(['3600000', '604800000'])
    await page.getByRole('switch', { name: 'Changed only' }).click()
    await expect.poll(() => names.allTextContents(), { timeout: 20_000 }).toEqual(['retention.ms'])
    await page.getByRole('switch', { name: 'Changed only' }).click()
    await expect.poll(() => names.allTextContents(), { timeout: 20_000 }).toEqual(all)
  })

  test('a list says why it is empty, and a topic never shows the figures of another', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/groups?state=Dead`)
    await logIn(page, PASSWORD)
    await page.getByText('Nothing matches.').waitFor()
    await page.goto(`${broker.base()}/topics?page=9`)
    await page.getByText('There are fewer pages.').waitFor()
    await page.goto(`${broker.base()}/topics/orders`)
    await page.locator('tbody tr').first().waitFor()
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    await page.route('**/api/v1/topics/clicks?*', async (route) => {
      await held
      await route.continue()
    })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('clicks')
    await page.getByRole('option', { name: 'clicks', exact: true }).click()
    await page.locator('h1', { hasText: 'clicks' }).waitFor()
    await page.locator('main .loading').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(0)
    answer()
    await page.locator('tbody tr').nth(49).waitFor()
  })

  test.each([
    ['/topics/not.there', 'All topics', '/topics'],
    ['/topics/not.there/messages', 'All topics', '/topics'],
    ['/groups/not.there', 'All groups', '/groups'],
  ])('what is not there leads to the list of what is, at %s', async (path, name, list) => {
    const page = await at(path)
    await page.getByRole('link', { name, exact: true }).click()
    await page.waitForURL(`${broker.base()}${list}`)
    await page.locator('main tbody tr').first().waitFor()
  })

  test('who cannot be logged in is told why in words', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(broker.base())
    await page.locator('input[type=password]').fill(PASSWORD)
    await page.route('**/api/v1/session', (route) => route.abort())
    await page.keyboard.press('Enter')
    await page.getByText('The broker does not answer.').waitFor()
  })
})
