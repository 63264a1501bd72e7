// JoinGroup at every version: who may enter, who leads, what makes a group rebalance.
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { coordinated, enter, joinRequest, newMember, protocols, reaches, settled, startJoin } from './members.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('joining', { 'group.max.size': '3' })

scenario('a member id is asked for', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const member = await newMember(stage, '', 'member')
  const entering = (version: number, rest = {}) => ({ ...joinRequest(member, rest), groupId: `asked-${version}` })
  const ids = new Map<number, string>()
  await transcript.versions(on, 'without an id', joinGroup, (version) => entering(version))
  for (let version = 4; version <= 9; version += 1) {
    ids.set(version, (await on.call(joinGroup, version, entering(version))).memberId)
  }
  await transcript.versions(
    on,
    'with the id',
    joinGroup,
    (version) => entering(version, { memberId: ids.get(version) ?? '' }),
    { from: 4 },
  )
  await transcript.versions(
    on,
    'static, without an id',
    joinGroup,
    (version) => ({ ...entering(version, { groupInstanceId: 'one' }), groupId: `static-${version}` }),
    { from: 5 },
  )
  const pending = (await on.call(joinGroup, 9, { ...entering(9), groupId: 'pending' })).memberId
  const other = { memberId: pending, groupInstanceId: 'one' }
  await transcript.call(on, 'static, with an id given to another', joinGroup, 9, {
    ...entering(9, other),
    groupId: 'pending',
  })
})

scenario('who may not enter', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const member = await newMember(stage, 'refusing', 'member')
  await settled(stage, on, [member])
  const stranger = await newMember(stage, 'refusing', 'stranger')
  const refused = (what: string, rest: object) =>
    transcript.versions(on, what, joinGroup, () => ({ ...joinRequest(stranger), ...rest }))
  await refused('no group', { groupId: '' })
  await refused('a session too short', { sessionTimeoutMs: 5999 })
  await refused('a session too long', { sessionTimeoutMs: 1_800_001 })
  await refused('no protocol', { protocols: [] })
  await refused('no protocol, in a new group', { groupId: 'new', protocols: [] })
  await refused('no type, in a new group', { groupId: 'new', protocolType: '' })
  await refused('another type', { protocolType: 'connect' })
  await refused('no protocol in common', { protocols: protocols(['sticky']) })
  await refused('an id of nobody', { memberId: 'nobody' })
  await refused('an id in a group that is not there', { memberId: 'nobody', groupId: 'absent' })
  await refused('an instance of nobody', { memberId: 'nobody', groupInstanceId: 'nobody' })
  await refused('a member of another type', { memberId: member.id, protocolType: 'connect' })
  await refused('a member without a common protocol', { memberId: member.id, protocols: [] })
  await transcript.call(on, 'after that', describeGroups, 5, { groups: ['refusing'] })
})

scenario('bounds of the session', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const member = await newMember(stage, '', 'member')
  for (const sessionTimeoutMs of [6000, 1_800_000]) {
    const request = { ...joinRequest(member, { sessionTimeoutMs }), groupId: `session-${sessionTimeoutMs}` }
    await transcript.call(on, `${sessionTimeoutMs} ms`, joinGroup, 3, request)
  }
})

scenario('a group that is full', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const names = ['first', 'second', 'third'] as const
  const [first, second, third] = await Promise.all(names.map((name) => newMember(stage, 'full', name)))
  if (first === undefined || second === undefined || third === undefined) throw new Error('three members were made')
  await settled(stage, on, [first, second, third])
  const fourth = await newMember(stage, 'full', 'fourth')
  await transcript.versions(on, 'a fourth', joinGroup, () => joinRequest(fourth))
  // Those who wait are counted while the group rebalances, so that the last to come back finds no room.
  startJoin(stage, first)
  await reaches(on, 'full', 'PreparingRebalance')
  const joined = [await enter(stage, fourth), startJoin(stage, second, {}, 8)]
  await reaches(on, 'full', 'PreparingRebalance', 4)
  await startJoin(stage, third, {}, 7)()
  // One more join, as of a client that lost its connection, and the rest go on without it.
  const again = { ...first, peer: await stage.peer() }
  await startJoin(stage, again, {}, 6)()
  for (const later of joined) await later()
})

scenario('the leader alone hears of the members', { rows: [34] }, async (stage) => {
  const on = await coordinated(stage)
  for (let version = 0; version <= 9; version += 1) {
    const groupId = `leaders-${version}`
    const leader = await newMember(stage, groupId, `leader ${version}`)
    const follower = await newMember(stage, groupId, `follower ${version}`)
    await settled(stage, on, [leader])
    const [rest, more] = [{ protocols: protocols(['range', 'sticky']) }, { protocols: protocols(['range']) }]
    const joined = version < 4 ? startJoin(stage, follower, rest, version) : await enter(stage, follower, rest, version)
    await reaches(on, groupId, 'PreparingRebalance', 2)
    const answered = startJoin(stage, leader, more, version)
    await answered()
    await joined()
  }
})

scenario('votes for a protocol', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  // In the order in which they enter; the first also leads.
  const elections: readonly (readonly (readonly string[])[])[] = [
    [['range', 'roundrobin']],
    [['range'], ['roundrobin', 'range']],
    [
      ['range', 'roundrobin'],
      ['roundrobin', 'range'],
      ['roundrobin', 'range'],
    ],
    [
      ['sticky', 'range', 'roundrobin'],
      ['range', 'roundrobin'],
      ['roundrobin', 'range'],
    ],
    [
      ['range', 'roundrobin'],
      ['roundrobin', 'range'],
    ],
    [
      ['roundrobin', 'range'],
      ['range', 'roundrobin'],
    ],
    [
      ['range', 'cooperative-sticky'],
      ['cooperative-sticky', 'range'],
    ],
    [
      ['cooperative-sticky', 'range'],
      ['range', 'cooperative-sticky'],
    ],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [
      ['b', 'a'],
      ['a', 'b'],
    ],
    [
      ['sticky', 'range'],
      ['range', 'sticky'],
    ],
  ]
  for (const [at, votes] of elections.entries()) {
    const groupId = `election-${at}`
    const members = await Promise.all(votes.map((_, index) => newMember(stage, groupId, `${index}`)))
    const vote = async (index: number): Promise<string | null> => {
      const member = members[index]
      if (member === undefined) throw new Error('a vote without a voter')
      const request = joinRequest(member, { protocols: protocols(votes[index] ?? []) })
      const answer = await member.peer.call(joinGroup, 3, request)
      member.id = answer.memberId
      return answer.protocolName
    }
    await vote(0)
    const others: Promise<unknown>[] = []
    for (let index = 1; index < votes.length; index += 1) {
      others.push(vote(index))
      await reaches(on, groupId, 'PreparingRebalance', index + 1)
    }
    transcript.note(votes.map((each) => each.join('>')).join(' | '), await vote(0))
    await Promise.all(others)
  }
})
