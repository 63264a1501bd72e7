import { expect, it } from 'vitest'
import { hashPassword, makePassword, verifyPassword } from './passwords.ts'

it('keeps a password so that only itself fits, and never twice the same', async () => {
  const kept = await hashPassword('correct horse')
  expect(kept).toMatch(/^scrypt\$32768\$8\$1\$/)
  expect(kept).not.toContain('correct')
  expect(await hashPassword('correct horse')).not.toBe(kept)
  expect(await verifyPassword('correct horse', kept)).toBe(true)
  expect(await verifyPassword('correct horsf', kept)).toBe(false)
})

it('makes one that fits', async () => {
  const { password, hash } = await makePassword()
  expect(password).toHaveLength(20)
  expect(await verifyPassword(password, hash)).toBe(true)
})

it('lets nobody in for an account that is not there, or whose hash is none', async () => {
  for (const kept of [null, '', 'scrypt', 'plain$secret', 'scrypt$1024$8$1$AAAA$']) {
    expect(await verifyPassword('', kept)).toBe(false)
  }
})
