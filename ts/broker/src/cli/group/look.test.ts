import { expect, onTestFinished, test, vi } from 'vitest'
import { Client } from '../client/client.ts'
import { run } from '../index.ts'
import { processTerminal } from '../terminal.ts'

/** Version 0: topic `t` with partitions 2 and 5, and no data of the user. */
const assignment = Buffer.from('000000000001000174000000020000000200000005ffffffff', 'hex')
const member = {
  memberId: 'm-1',
  groupInstanceId: 'first',
  clientId: 'ledger',
  clientHost: '/10.0.0.7',
  memberAssignment: assignment,
}
const group = {
  errorCode: 0,
  errorMessage: null,
  groupState: 'Stable',
  protocolType: 'consumer',
  protocolData: 'range',
}

const membersOf = async (found: object, form: string): Promise<string> => {
  const client = {
    retrying: <T>(attempt: () => Promise<T>) => attempt(),
    askCoordinator: () => Promise.resolve({ groups: [{ ...group, members: [member], ...found }] }),
    close: () => undefined,
  } as unknown as Client
  const opening = vi.spyOn(Client, 'open').mockResolvedValue(client)
  onTestFinished(() => opening.mockRestore())
  let said = ''
  const write = (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += bytes.toString()))
  const terminal = { ...processTerminal, write, environment: { XDG_CONFIG_HOME: '/nonexistent' }, columns: () => null }
  expect(await run(terminal, ['group', 'members', 'readers', '-o', form])).toBe(0)
  return said
}

test('members of a group are shown with client, host and what each was given', async () => {
  expect(await membersOf({}, 'csv')).toBe('member,client,host,partitions,instance\nm-1,ledger,10.0.0.7,t/2 t/5,first\n')
  expect(await membersOf({}, 'name')).toBe('m-1\n')
})

test('what a group of another protocol was given is not read', async () => {
  expect(await membersOf({ protocolType: 'connect' }, 'csv')).toContain('m-1,ledger,10.0.0.7,,first\n')
})
