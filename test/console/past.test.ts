// Figures of the last hour, while the broker knows less of it and once it knows it all.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { opened, visiting } from './browser.ts'
import { GROUP, PASSWORD, seeded } from './seeded.ts'

const HOUR_RECORDS = 3600
const HOUR_VALUES = 360

describe.skipIf((await missingClients('browser')) !== undefined)('figures of the last hour', () => {
  const broker = seeded()
  const at = visiting(broker, opened(), PASSWORD)

  /** Visits a page anew where an answer of the API is another one. */
  const revisit = async (page: Page, answer: RegExp, json: object): Promise<void> => {
    await page.route(answer, (route) => route.fulfill({ json }))
    await page.reload()
  }

  test('the availability is that of the time since the start, as long as that is less', async () => {
    const page = await at('/')
    await page.getByText(/^Availability, last (\d+m )?\d+s$/).waitFor()
    const { figures } = await broker.call('canary', {})
    const hour = { ...figures?.hour, records: HOUR_RECORDS }
    await revisit(page, /\/api\/v1\/canary$/, { figures: { ...figures, hour } })
    await page.getByText('Availability, last hour', { exact: true }).waitFor()
  })

  test('so is the lag of a group, over its chart and in what is read out of it', async () => {
    const page = await at(`/groups/${encodeURIComponent(GROUP)}`)
    await page.getByRole('region', { name: /^Lag of the last (\d+m )?\d+s$/ }).waitFor()
    await page.getByRole('img', { name: /^Messages over the last (\d+m )?\d+s; now/ }).waitFor()
    const history = await broker.call('groupHistory', { group: GROUP })
    const lag = Array.from({ length: HOUR_VALUES }, () => 1)
    await revisit(page, /\/history$/, { ...history, lag, lagSeconds: lag })
    await page.getByRole('region', { name: 'Lag of the last hour' }).waitFor()
    expect(await page.getByRole('img', { name: /^Messages over the last hour; now/ }).count()).toBe(1)
  })
})
