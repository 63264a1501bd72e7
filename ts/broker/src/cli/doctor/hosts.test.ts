import { expect, test } from 'vitest'
import { checkHosts } from './hosts.ts'

const resolve = (name: string) =>
  name === 'here'
    ? Promise.resolve([{ address: '10.0.0.7' }, { address: 'fd00::7' }])
    : Promise.reject(new Error(`ENOTFOUND ${name}`))

test('each name is looked up once, and addresses are not', async () => {
  expect(await checkHosts(['here', '10.0.0.7', 'here', '::1'], resolve)).toEqual([
    {
      check: 'name here',
      result: 'ok',
      what: expect.stringMatching(/^is 10\.0\.0\.7, fd00::7, found in \d+ ms$/),
      fix: '',
    },
  ])
})

test('a name that leads nowhere fails, with what to do', async () => {
  const [finding] = await checkHosts(['nowhere'], resolve)
  expect(finding).toMatchObject({ check: 'name nowhere', result: 'fail', what: 'ENOTFOUND nowhere' })
  expect(finding?.fix).toContain('/etc/hosts')
})
