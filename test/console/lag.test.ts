// How far a group was behind: drawn, said in words and as a table, and going on while it is looked at.
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { DESKTOP, expectAccessible, logIn, opened, PHONE } from './browser.ts'
import { GROUP, PASSWORD, seeded, send } from './seeded.ts'

/** Whether the first chart has a line in its colour: what is not is its grid. */
const IS_DRAWN = `(() => {
  const canvas = document.querySelector('.past canvas')
  const colour = getComputedStyle(document.querySelector('.past .chart')).color.match(/\\d+/g).map(Number)
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const isOurs = (_, at) => at % 4 === 0 && colour.every((part, index) => Math.abs(data[at + index] - part) < 8)
  return data.some((value, at) => isOurs(value, at) && data[at + 3] > 100)
})()`

/** Notes each text that is drawn: where on its canvas it ends, and where that does. */
const NOTING = `(() => {
  window.drawn = []
  const { fillText } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
    const { width } = this.measureText(text)
    const end = { center: x + width / 2, right: x, end: x }[this.textAlign] ?? x + width
    window.drawn.push({ text, end, edge: this.canvas.width })
    return fillText.call(this, text, x, ...rest)
  }
})()`

interface Drawn {
  readonly text: string
  readonly end: number
  readonly edge: number
}

const words = {
  en: [
    /^Messages over the last [\dsm ]+; now (\d+), at most \1$/,
    'As a table, minute by minute',
    '11 partitions without an offset',
  ],
  'zh-CN': [
    /^\u6700\u8FD1 .+\u7684\u6D88\u606F\u6570\uFF1B\u5F53\u524D (\d+)\uFF0C\u6700\u9AD8 \1$/,
    '\u4EE5\u8868\u683C\u663E\u793A\uFF08\u6BCF\u5206\u949F\u4E00\u884C\uFF09',
    '11 \u4E2A\u5206\u533A\u6CA1\u6709\u504F\u79FB\u91CF',
  ],
} as const

describe.skipIf((await missingClients('browser')) !== undefined)('the lag of a group', () => {
  const broker = seeded()
  const open = opened()

  test.each([
    ['en', 'light', DESKTOP],
    ['zh-CN', 'dark', PHONE],
  ] as const)('in %s, %s', async (locale, theme, viewport) => {
    const { page, complaints, crashes } = await open(locale, theme, viewport)
    await page.goto(`${broker.base()}/groups/${encodeURIComponent(GROUP)}`)
    await logIn(page, PASSWORD)
    const [label, table, unknown] = words[locale]
    const chart = page.getByRole('img', { name: label })
    await chart.locator('canvas').waitFor()
    const before = Number(label.exec((await chart.getAttribute('aria-label')) ?? '')?.[1])
    expect(before).toBeGreaterThanOrEqual(39)
    await page.getByText(table).focus()
    await page.keyboard.press('Enter')
    await page.locator('.figures-of tbody tr').first().waitFor()
    await expectAccessible(page, 'the lag of a group')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    await send(broker.peer(), 'orders')
    await page
      .locator('.past strong')
      .first()
      .getByText(String(before + 40), { exact: true })
      .waitFor()
    await page
      .locator('.figures-of tbody td')
      .nth(1)
      .getByText(String(before + 40), { exact: true })
      .waitFor()
    await page.waitForFunction(IS_DRAWN)
    // Of twelve partitions the group has committed one: the lag of the others is not known, and not nothing.
    await page.locator('.figure').getByText(unknown, { exact: true }).waitFor()
    await page.goto(`${broker.base()}/groups`)
    await page.locator('td').getByText(unknown, { exact: true }).first().waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    await expectAccessible(page, 'groups with partitions that have no offset')
    expect([...complaints, ...crashes]).toEqual([])
  })

  test('says now what it is now, however long the next value takes', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/groups/ledger`)
    await logIn(page, PASSWORD)
    await page.locator('.past canvas').first().waitFor()
    // Each within less than the ten seconds from one value to the next.
    for (const offset of ['7', '9', '8']) {
      const { items } = await broker.call('resetOffsets', { group: 'ledger', target: { to: 'offset', offset } })
      const now = String(Number(items[0]?.endOffset) - Number(offset))
      const within = { timeout: 4000 }
      await page.locator('main .figure').first().getByText(now, { exact: true }).waitFor(within)
      await page.locator('.past strong').first().getByText(now, { exact: true }).waitFor(within)
      await page.locator(`.past .chart[aria-label*="now ${now},"]`).waitFor(within)
      await page
        .locator('.figures-of tbody td')
        .nth(1)
        .getByText(now, { exact: true })
        .waitFor({ ...within, state: 'attached' })
    }
  })

  test.each([
    ['en', 'light', DESKTOP, '10:00 PM'],
    ['zh-CN', 'dark', PHONE, '22:00'],
  ] as const)('a time at the end of the chart is written out, in %s, %s', async (locale, theme, viewport, last) => {
    const { page, crashes } = await open(locale, theme, viewport, 'UTC')
    await page.addInitScript(NOTING)
    const onTheHour = 1_699_999_200_000
    const values = Array.from({ length: 360 }, (_, at) => at)
    const past = { until: String(onTheHour - 1), intervalMs: 10_000, lag: values, lagSeconds: values }
    const now = { at: String(onTheHour), lag: 360, lagSeconds: 360 }
    await page.route('**/api/v1/groups/ledger/history', (route) => route.fulfill({ json: { ...past, now } }))
    await page.goto(`${broker.base()}/groups/ledger`)
    await logIn(page, PASSWORD)
    await page.locator('.past canvas').nth(1).waitFor()
    const drawn = await page.evaluate<readonly Drawn[]>('window.drawn')
    // One in each chart.
    expect(drawn.filter(({ text }) => text === last).length).toBeGreaterThanOrEqual(2)
    expect(drawn.filter(({ end, edge }) => end > edge)).toEqual([])
    expect(crashes).toEqual([])
  })

  test('a group that nobody has watched yet says so', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    const now = { at: '0', lag: 0, lagSeconds: 0 }
    await page.route('**/api/v1/groups/ledger/history', (route) =>
      route.fulfill({ json: { until: '0', intervalMs: 10_000, lag: [], lagSeconds: [], now } }),
    )
    await page.goto(`${broker.base()}/groups/ledger`)
    await logIn(page, PASSWORD)
    await page.getByText('the first value is on its way').waitFor()
  })
})
