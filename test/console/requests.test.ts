// An action as a request of the API: the line that a window offers is run by a shell, as it was copied, and does what the button
// would have done.
import { createClient } from 'millrace/admin/client.js'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { expectAccessible, go, opened, press, visiting } from './browser.ts'
import { asks, requestIn } from './commands.ts'
import { GROUP, PASSWORD, seeded } from './seeded.ts'

/** Everything that a shell, JSON or an address would read otherwise. */
const NASTY = `it's "$HOME" \`pwd\` \\ \\n 100% {a,b}[1-3] \u4E2D\n@second line !`
/** More than one argument of a program may be. */
const LONG = 'long '.repeat(40_000)

describe.skipIf((await missingClients('browser')) !== undefined)('the request that a window offers', () => {
  const broker = seeded()
  const open = opened()
  const at = visiting(broker, open, PASSWORD)

  /** Taken along as people do, and run; what the broker answered. */
  const copied = async (page: Page, dialog: Locator): Promise<string> => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const request = dialog.locator('.request')
    await request.locator('summary').click()
    await request.getByRole('button', { name: 'Copy' }).click()
    await request.getByRole('button', { name: 'Copied' }).waitFor()
    const line = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(line).toBe(await requestIn(dialog))
    return line
  }

  const messageAt = (offset: number) =>
    broker.call('message', { topic: 'letters', partition: 0, offset: String(offset) })

  test.each([
    ['with everything that a shell might take for its own', NASTY],
    ['longer than an argument may be', LONG],
  ])('a message %s is the same by the line and by the button', async (_, value) => {
    const topic = 'letters'
    if (!(await broker.call('topics', { search: topic })).items.some(({ name }) => name === topic))
      await readyTopic(broker.peer(), topic, { partitions: 1 })
    const end = Number((await broker.call('topic', { topic })).partitionRows[0]?.endOffset)
    const page = await at(`/topics/${topic}/messages`)
    const dialog = await press(page, 'Produce')
    await dialog.getByLabel('Value', { exact: true }).fill(value)
    await dialog.locator('.effect[aria-busy=false] .figure').first().waitFor()
    const line = await copied(page, dialog)
    expect(line).toContain(` ${broker.base()}/api/v1/topics/${topic}/messages`)
    expect(JSON.parse(await asks(broker, line))).toMatchObject({ partition: 0, offset: String(end) })
    await dialog.getByRole('button', { name: 'Produce', exact: true }).click()
    await page.waitForURL(/\/0\/\d+$/)
    const [byLine, byButton] = [await messageAt(end), await messageAt(end + 1)]
    expect(byLine.value?.raw).toBe(byButton.value?.raw)
    expect(Buffer.from(byLine.value?.raw ?? '', 'base64').toString()).toBe(value)
  })

  test('it is refused without the token, and holds none', async () => {
    const page = await at('/topics')
    const dialog = await press(page, 'Create topic')
    await dialog.getByLabel('Topic', { exact: true }).fill('by.request')
    await dialog.locator('.figure', { hasText: 'Partitions' }).waitFor()
    const line = await copied(page, dialog)
    await dialog.getByText('it stands in admin.token in its first data directory').waitFor()
    await dialog.getByText('MILLRACE_TOKEN=$(jq -r .token data/admin.token)', { exact: true }).waitFor()
    await expectAccessible(page, 'a request')
    const { authorization } = broker.authorization()
    expect(line).not.toContain(authorization.replace('Bearer ', ''))
    const another = { authorization: () => ({ authorization: 'Bearer another' }) }
    expect(JSON.parse(await asks(another, line))).toMatchObject({ code: 'NOT_LOGGED_IN' })
    expect(JSON.parse(await asks(broker, line))).toMatchObject({ name: 'by.request' })
    expect(await broker.call('topic', { topic: 'by.request' })).toMatchObject({ partitions: 1 })
  })

  test('it takes away once the name is typed, and not before', async () => {
    await readyTopic(broker.peer(), 'past.use')
    const page = await at('/topics/past.use')
    const dialog = await press(page, 'Delete topic')
    const early = await requestIn(dialog)
    expect(JSON.parse(await asks(broker, early))).toMatchObject({ code: 'INVALID_INPUT' })
    await dialog.getByLabel('Type past.use to go on').fill('past.use')
    expect(JSON.parse(await asks(broker, await copied(page, dialog)))).toMatchObject({ topic: 'past.use' })
    await expect(broker.call('topic', { topic: 'past.use' })).rejects.toMatchObject({ status: 404 })
  })

  test('a group with any name is moved, and moved back from the page', async () => {
    const page = await at(`/groups/${encodeURIComponent(GROUP)}`)
    const committed = async () => (await broker.call('group', { group: GROUP })).offsetRows[0]?.committed
    const dialog = await press(page, 'Reset offsets')
    await dialog.getByLabel('To', { exact: true }).selectOption('latest')
    await asks(broker, await copied(page, dialog))
    expect(await committed()).toBe('40')
    await page.keyboard.press('Escape')
    await go(await press(page, 'Undo the reset'), 'Undo')
    expect(await committed()).toBe('1')
  })

  test('a password is a variable, as JSON writes it, and never in the line', async () => {
    const password = 'say "open sesame" to C:\\'
    const page = await at('/accounts')
    const dialog = await press(page, 'Create account')
    await dialog.getByLabel('Account', { exact: true }).fill('ana')
    await dialog.getByLabel('New password').fill(password)
    await dialog.getByText('ana can log in').waitFor()
    const line = await copied(page, dialog)
    await dialog.getByText('written as between the quotes of JSON: MILLRACE_PASSWORD.').waitFor()
    expect(line).not.toContain('sesame')
    const written = JSON.stringify(password).slice(1, -1)
    expect(JSON.parse(await asks(broker, line, written))).toEqual({ name: 'ana', role: 'viewer' })
    const anybody = createClient({ base: broker.base(), checked: true })
    expect(await anybody('login', { user: 'ana', password })).toMatchObject({ user: 'ana' })
    await page.keyboard.press('Escape')
    const renewing = await press(page, 'New password for ana')
    await renewing.getByLabel('New password').fill('another sesame')
    await renewing.getByText('The old password of ana is void').waitFor()
    await asks(broker, await requestIn(renewing), 'not the typed one')
    expect(await anybody('login', { user: 'ana', password: 'not the typed one' })).toMatchObject({ user: 'ana' })
  })
})
