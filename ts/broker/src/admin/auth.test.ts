import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { hashPassword } from '../security/passwords.ts'
import { createAuth, sessionCookie } from './auth.ts'

const HOST = { host: 'localhost:9644' }

it('a login that was under way while the password changed opens nothing', async () => {
  let account = { role: 'admin', hash: await hashPassword('the old one') }
  const auth = createAuth(() => account, manualClock())
  const checking = auth.checkPassword('admin', 'the old one', '::1')
  account = { role: 'admin', hash: await hashPassword('the new one') }
  const { id } = auth.sessions.create('admin', await checking)
  const cookie = sessionCookie(id, HOST)
  expect(auth.identify({ ...HOST, cookie })).toBeNull()
  expect(auth.look({ ...HOST, cookie })).toBeNull()
})
