import { expect, it } from 'vitest'
import { applyChanges } from '../cluster/apply.ts'
import type { Decision } from '../cluster/decision.ts'
import { type ClusterImage, emptyImage } from '../cluster/image.ts'
import { createAccount, createFirst, deleteAccount, resetPassword, setPassword, setRole } from './accounts.ts'

const after = (image: ClusterImage, { changes }: Decision<unknown>): ClusterImage =>
  applyChanges(image, image.revision + 1, changes)
const admin = { role: 'admin', hash: 'h1' }
const withAdmin = after(emptyImage, createFirst(admin)(emptyImage))

it('makes the first account once', () => {
  expect(createFirst(admin)(emptyImage).result).toBe(true)
  expect(createFirst(admin)(withAdmin)).toMatchObject({ result: false, changes: [] })
})

it('has each name once, in a spelling that needs no escapes', () => {
  const both = after(withAdmin, createAccount('viewer@home', { role: 'viewer', hash: 'h' })(withAdmin))
  expect([...both.accounts.keys()]).toEqual(['admin', 'viewer@home'])
  expect(() => createAccount('admin', admin)(both)).toThrow('There is an account admin.')
  for (const name of ['', 'a b', 'a/b', '<b>', 'x'.repeat(65)]) expect(() => createAccount(name, admin)(both)).toThrow()
})

it('keeps one account that may do everything', () => {
  const both = after(withAdmin, createAccount('other', { role: 'viewer', hash: 'h' })(withAdmin))
  expect(() => deleteAccount('admin')(both)).toThrow('the last account')
  expect([...after(both, deleteAccount('other')(both)).accounts.keys()]).toEqual(['admin'])
  expect(() => deleteAccount('nobody')(both)).toThrow('no account')
  expect(() => setRole('admin', 'operator')(both)).toThrow('the last account')
  expect(() => setRole('nobody', 'admin')(both)).toThrow('no account')
  const two = after(both, setRole('other', 'admin')(both))
  expect(two.accounts.get('other')).toEqual({ role: 'admin', hash: 'h' })
  expect(after(two, setRole('admin', 'viewer')(two)).accounts.get('admin')).toEqual({ role: 'viewer', hash: 'h1' })
})

it('sets a password without the role; a reset makes the first account where there is none', () => {
  expect(after(withAdmin, setPassword('admin', 'h2')(withAdmin)).accounts.get('admin')).toEqual({
    role: 'admin',
    hash: 'h2',
  })
  expect(after(emptyImage, resetPassword('admin', 'h3')(emptyImage)).accounts.get('admin')?.hash).toBe('h3')
  expect(() => resetPassword('nobody', 'h')(emptyImage)).toThrow('no account')
})
