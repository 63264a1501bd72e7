// A broker that ends or freezes under the eyes of a reader: nothing may look well.
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Broker, startBroker } from '../harness/broker.ts'
import { missingClients } from '../harness/clients.ts'
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
    return { broker, base }
  }

  const expectAway = async (page: Page): Promise<void> => {
    await page.locator('.no-answer').waitFor()
    await page.locator('.verdict.bad').waitFor()
    expect(await page.locator('.verdict.good, .page-header .badge.good').count()).toBe(0)
    await expectAccessible(page, 'no answer')
  }

  test('one that was killed is told of, and no longer once it is back', async () => {
    const { broker, base } = await brokerAndConsole()
    const { page, crashes } = await open('en', 'light', DESKTOP)
    await page.goto(base)
    await logIn(page, PASSWORD)
    await page.locator('.verdict.good').waitFor()
    await broker.kill()
    await expectAway(page)
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
