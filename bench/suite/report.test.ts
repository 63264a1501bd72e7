// The report in a browser, as a reader opens it: from a file, without a network.
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { removeDirectory, temporaryDirectory } from '@millrace/test/harness/cleanup.js'
import { missingClients, program } from '@millrace/test/harness/clients.js'
import { repository } from '@millrace/test/harness/paths.js'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { plotsOf } from './report/curves.ts'
import { pixelsOf } from './report/page/pixels.ts'
import { readResult } from './result.ts'
import { figuresOf } from './statistics.ts'

const PATIENCE_MS = 120_000
const DESKTOP = { width: 1200, height: 900 }
const PHONE = { width: 360, height: 780 }
/** Fewer pixels of a colour are no line. */
const LINE_PIXELS = 30

/** A run of the suite with short measurements. */
const FIXTURE = join(repository, 'bench', 'suite', 'fixtures', 'short.json')
const result = readResult(FIXTURE)

describe.skipIf((await missingClients('browser')) !== undefined)('the report', () => {
  let browser: Browser
  let url: string
  const directory = temporaryDirectory('report')

  beforeAll(async () => {
    const file = join(directory, 'result.json')
    copyFileSync(FIXTURE, file)
    const main = join(repository, 'bench', 'dist', 'suite', 'main.js')
    url = pathToFileURL(execFileSync(process.execPath, [main, 'report', file], { encoding: 'utf8' }).trim()).href
    // Its sandbox needs rights that a container does not give, and the page is ours.
    const options = { executablePath: program('browser', '').command, args: ['--no-sandbox'], timeout: PATIENCE_MS }
    browser = await chromium.launch(options)
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser.close()
    removeDirectory(directory)
  })

  const open = async (viewport: typeof DESKTOP, colorScheme: 'light' | 'dark'): Promise<Page> => {
    const page = await browser.newPage({ viewport, colorScheme })
    onTestFinished(() => page.close())
    const [requests, complaints]: [string[], string[]] = [[], []]
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', ({ message }) => complaints.push(message))
    await page.goto(url)
    await page.locator('canvas').first().waitFor()
    expect(complaints).toEqual([])
    expect(requests).toEqual([url])
    return page
  }

  test.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)(
    'every case is drawn, in the %s theme',
    async (theme, viewport) => {
      const page = await open(viewport, theme)
      for (const each of result.cases) {
        const measures = page.locator(`[id="${each.id}"] .bars`)
        expect(await measures.count(), each.id).toBe(each.measures.length)
        const plots = plotsOf(result.brokers, each)
        expect(plots.length, each.id).toBeGreaterThan(0)
        for (const { id, lines } of plots) {
          for (const { colour, broker } of lines) {
            expect(await page.evaluate(pixelsOf, { plot: id, colour }), `${broker} in ${id}`).toBeGreaterThan(
              LINE_PIXELS,
            )
          }
        }
      }
    },
    PATIENCE_MS,
  )

  test(
    'every ratio is drawn, those with a target beside it',
    async () => {
      const page = await open(DESKTOP, 'light')
      const figures = figuresOf(result).flatMap((row) => row.figures)
      const ratios = figures.filter(({ ratio }) => ratio !== undefined)
      expect(ratios.length).toBeGreaterThan(0)
      expect(await page.locator('.ratio circle').count()).toBe(ratios.length)
      const goals = ratios.filter(({ target }) => target !== undefined && target.against !== 'nothing')
      expect(await page.locator('.ratio .goal').count()).toBe(goals.length)
    },
    PATIENCE_MS,
  )

  test(
    'a phone shows it without scrolling sideways, and a change of theme draws anew',
    async () => {
      const page = await open(PHONE, 'light')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
      const [plot] = result.cases.flatMap((each) => plotsOf(result.brokers, each))
      const line = plot?.lines[0]
      if (plot === undefined || line === undefined) throw new Error('the fixture has no plot')
      await page.emulateMedia({ colorScheme: 'dark' })
      await expect
        .poll(() => page.evaluate(pixelsOf, { plot: plot.id, colour: line.colour }), { timeout: PATIENCE_MS / 2 })
        .toBeGreaterThan(LINE_PIXELS)
    },
    PATIENCE_MS,
  )
})
