// A broker that ends or freezes under the eyes of a reader: nothing may look well, and the console stays.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Broker, startBroker } from '../harness/broker.ts'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { freePorts } from '../harness/ports.ts'
import { DESKTOP, expectAccessible, logIn, opened, PHONE } from './browser.ts'

const PASSWORD = 'open sesame 4711'

describe.skipIf((await missingClients('browser')) !== undefined)('a broker that does not answer', () => {
  const open = opened()

  const brokerAndConsole = async (): Promise<{ readonly broker: Broker; readonly base: string }> => {
    const [port = 0] = await freePorts(1)
    const base = `http://127.0.0.1:${port}`
    const overrides = {
      'admin.listener': base,
      'admin.password': PASSWORD,
      // However little room the machine has, all is to be well.
      'millrace.disk.soft.limit.bytes': '0',
      'millrace.disk.hard.limit.bytes': '0',
    }
    const broker = await startBroker({ target: 'millrace', overrides })
    onTestFinished(() => broker.stop())
    // Its own listener comes first.
    await eventually('the console answers', async () => ((await fetch(base)).ok ? true : undefined))
    return { broker, base }
  }

  const expectAway = async (page: Page): Promise<void> => {
    await page.locator('.no-answer').waitFor()
    await page.locator('.verdict.bad').waitFor()
    await page.locator('.page-header .badge').waitFor({ state: 'detached' })
    await expectAccessible(page, 'no answer')
  }

  test('one that was killed is told of, and its console still leads to every screen', async () => {
    const { broker, base } = await brokerAndConsole()
    const { page, crashes } = await open('en', 'light', DESKTOP)
    // What opens over screens comes behind the first of them.
    const windows = page.waitForResponse(/\/assets\/windows-/)
    await page.goto(base)
    await logIn(page, PASSWORD)
    await page.locator('.verdict.good').waitFor()
    await (await windows).finished()
    await broker.kill()
    await expectAway(page)
    await page.keyboard.press('g')
    await page.keyboard.press('b')
    await page.locator('h1', { hasText: 'Brokers' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.locator('.refusal').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.no-answer').waitFor()
    await broker.restart()
    await page.locator('.no-answer').waitFor({ state: 'detached' })
    expect(crashes).toEqual([])
  })

  test('one that is frozen is told of, and no longer once it goes on', async () => {
    const { broker, base } = await brokerAndConsole()
    const { page, crashes } = await open('zh-CN', 'dark', PHONE)
    await page.goto(base)
    await logIn(page, PASSWORD)
    await page.locator('.verdict.good').waitFor()
    broker.signal('SIGSTOP')
    await expectAway(page)
    broker.signal('SIGCONT')
    await page.locator('.no-answer').waitFor({ state: 'detached' })
    await page.locator('.verdict.good').waitFor()
    expect(crashes).toEqual([])
  })
})
