// Who may log in: accounts are made, changed and deleted in a browser, and what came of it is asked for by logging in.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { inside } from '../integration/admin/inside.ts'
import { DESKTOP, expectAccessible, go, logIn, opened, PHONE, press } from './browser.ts'
import { commandIn } from './commands.ts'
import { PASSWORD } from './seeded.ts'

const [FIRST, SECOND] = ['the first password', 'the second password']

describe.skipIf((await missingClients('browser')) !== undefined)('accounts', () => {
  const broker = inside({ 'admin.password': PASSWORD })
  const open = opened()

  const enter = async (page: Page, user: string, password: string): Promise<void> => {
    await page.getByLabel('User').fill(user)
    await logIn(page, password)
  }

  const roleOf = async (wanted: string) =>
    (await broker.call('accounts', {})).items.find((each) => each.name === wanted)

  test('one is made, and changed in role and password, and deleted', async () => {
    const { page, crashes } = await open('en', 'light', DESKTOP)
    await page.goto(broker.base())
    await logIn(page, PASSWORD)
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.locator('h1', { hasText: 'Accounts' }).waitFor()
    await page.locator('tbody tr', { hasText: 'you' }).waitFor()
    await expectAccessible(page, 'accounts')

    const making = await press(page, 'Create account')
    await making.getByLabel('Account', { exact: true }).fill('admin')
    await making.getByLabel('New password').fill(FIRST)
    await making.getByText('There is an account admin.').waitFor()
    expect(await making.getByRole('button', { name: 'Create', exact: true }).isDisabled()).toBe(true)
    await making.getByLabel('Account', { exact: true }).fill('ana')
    await making.getByText('ana can log in and may look at everything').waitFor()
    await making.getByText('There is no command for this.').waitFor()
    await expectAccessible(page, 'create an account')
    expect(await roleOf('ana')).toBeUndefined()
    await go(making, 'Create')
    await page.getByText('ana', { exact: true }).waitFor()
    expect(await roleOf('ana')).toEqual({ name: 'ana', role: 'viewer' })

    const other = await open('en', 'dark', PHONE)
    await other.page.goto(`${broker.base()}/accounts`)
    await enter(other.page, 'ana', FIRST)
    await other.page.getByText('This takes the role admin; yours is viewer.').waitFor()
    expect(await other.page.locator('main button').count()).toBe(0)
    expect(await other.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)

    const role = await press(page, 'Change the role of ana')
    await role.getByLabel('Role').selectOption('admin')
    await role.getByText('viewer \u2192 admin').waitFor()
    await expectAccessible(page, 'change a role')
    await go(role, 'Save')
    expect(await roleOf('ana')).toEqual({ name: 'ana', role: 'admin' })

    const renewed = await press(page, 'New password for ana')
    await renewed.getByLabel('New password').fill('short')
    expect(await renewed.locator('.effect').count()).toBe(0)
    await renewed.getByLabel('New password').fill(SECOND)
    await renewed.getByText('The old password of ana is void').waitFor()
    expect(await commandIn(renewed)).toBe('millrace admin reset-password --user ana')
    await expectAccessible(page, 'a new password')
    await go(renewed, 'Save')
    await other.page.locator('input[type=password]').waitFor()
    await enter(other.page, 'ana', SECOND)
    await other.page.locator('tbody tr', { hasText: 'you' }).getByText('ana').waitFor()

    const deleting = await press(page, 'Delete ana')
    await deleting.getByText('ana cannot log in any more').waitFor()
    await deleting.getByLabel('Type ana to go on').fill('ana')
    await go(deleting, 'Delete')
    expect(await roleOf('ana')).toBeUndefined()
    await other.page.locator('input[type=password]').waitFor()
    expect([...crashes, ...other.crashes]).toEqual([])
  })

  test('the own password takes the one before; the last administrator stays one', async () => {
    const { page } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/accounts`)
    await logIn(page, PASSWORD)
    for (const name of ['Change the role of admin', 'Delete admin']) {
      const dialog = await press(page, name)
      if (name !== 'Delete admin') await dialog.getByLabel('Role').selectOption('viewer')
      await dialog.getByText('admin is the last account that may do everything.').waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    const dialog = await press(page, 'New password for admin')
    await dialog.getByLabel('Current password').fill('not this one')
    await dialog.getByLabel('New password').fill(FIRST)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('The name or the password is wrong.').waitFor()
    await dialog.getByLabel('Current password').fill(PASSWORD)
    await go(dialog, 'Save')
    await page.locator('main.login').waitFor()
    await enter(page, 'admin', FIRST)
    await broker.call('setPassword', { name: 'admin', password: PASSWORD })
  })

  test('a viewer changes the own password, from the settings and from the palette', async () => {
    await broker.call('createAccount', { name: 'viv', role: 'viewer', password: FIRST })
    const { page, crashes } = await open('en', 'light', DESKTOP)
    await page.goto(`${broker.base()}/topics`)
    await enter(page, 'viv', FIRST)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'New password' }).click()
    const dialog = page.getByRole('dialog', { name: 'New password for viv' })
    await dialog.getByLabel('Current password').fill(FIRST)
    await dialog.getByLabel('New password').fill(SECOND)
    await expectAccessible(page, 'the own password')
    await go(dialog, 'Save')
    await page.locator('main.login').waitFor()
    await enter(page, 'viv', SECOND)
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill('password')
    await page.getByRole('option', { name: 'New password' }).click()
    await dialog.getByLabel('Current password').waitFor()
    expect(crashes).toEqual([])
  })

  test('every window on a phone, in Chinese and in the dark', async () => {
    const { page } = await open('zh-CN', 'dark', PHONE)
    await page.goto(`${broker.base()}/accounts`)
    await logIn(page, PASSWORD)
    const buttons = page.locator('main .actions button')
    await buttons.nth(3).waitFor()
    for (const button of await buttons.all()) {
      await button.click()
      await page.getByRole('dialog').locator('.action').waitFor()
      for (const request of await page.locator('.request summary').all()) await request.click()
      await expectAccessible(page, `${await button.getAttribute('aria-label')}`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })
})
