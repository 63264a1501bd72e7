/**
 * The admin API: every route, what goes in and what comes out. From here come the validation of the server, the types of
 * its clients (`client.ts`: the console, the command line, tests) and the OpenAPI document.
 */
import { z } from 'zod'
import {
  auditEntry,
  configChange,
  configEdit,
  configsEdited,
  configTexts,
  confirm,
  createdTopic,
  cut,
  cuts,
  deletedGroup,
  deletedTopic,
  dryRun,
  job,
  lastReset,
  reset,
  resetTarget,
} from './contract/changes.ts'
import { canary } from './contract/canary.ts'
import { broker, cluster, config } from './contract/cluster.ts'
import { account, newPassword, password, role, session } from './contract/session.ts'
import { groupHistory, history, live } from './contract/live.ts'
import { group, groupColumns, groupRow, groupStates } from './contract/groups.ts'
import {
  asked,
  decoderWish,
  download,
  filterName,
  messages,
  newMessage,
  producedMessage,
  savedFilter,
  wholeMessage,
} from './contract/messages.ts'
import { partitionProblems, partitionRow, topic, topicColumns, topicRow } from './contract/topics.ts'
import { int64, page, pageOf, route, rowsFrom, rowsMax } from './contract/words.ts'

const topicName = z.string().min(1).max(249)
const groupName = z.string().min(1).max(1024)
const brokerNumber = z.coerce.number<number>().int().min(0)
const partitionNumber = z.coerce.number<number>().int().min(0)

/** `true` and `false` in a query. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

const accountName = z.string().regex(/^[a-zA-Z0-9._@-]{1,64}$/)
const done = z.object({})

export const contract = {
  login: route({
    method: 'POST',
    path: '/api/v1/session',
    role: 'anyone',
    summary: 'Log in: the answer sets the cookie of a session.',
    secret: ['password'],
    input: z.object({ user: z.string().max(64), password }),
    output: session,
  }),
  session: route({
    method: 'GET',
    path: '/api/v1/session',
    role: 'anyone',
    summary: 'Who is logged in.',
    input: z.object({}),
    output: session,
  }),
  logout: route({
    method: 'DELETE',
    path: '/api/v1/session',
    role: 'anyone',
    summary: 'Log out.',
    input: z.object({}),
    output: done,
  }),
  accounts: route({
    method: 'GET',
    path: '/api/v1/accounts',
    role: 'admin',
    summary: 'All accounts.',
    input: z.object({}),
    output: z.object({ items: z.array(account) }),
  }),
  createAccount: route({
    method: 'POST',
    path: '/api/v1/accounts',
    role: 'admin',
    summary: 'Make an account.',
    secret: ['password'],
    input: z.object({ name: accountName, role, password: newPassword, dryRun }),
    output: account,
  }),
  deleteAccount: route({
    method: 'DELETE',
    path: '/api/v1/accounts/{name}',
    role: 'admin',
    summary: 'Delete an account and end its sessions.',
    input: z.object({ name: accountName, confirm: confirm.optional(), dryRun }),
    output: account,
  }),
  setRole: route({
    method: 'PATCH',
    path: '/api/v1/accounts/{name}',
    role: 'admin',
    summary: 'Give an account another role, at once: its sessions go on with it.',
    input: z.object({ name: accountName, role, dryRun }),
    output: z.object({ before: role, after: role }),
  }),
  setPassword: route({
    method: 'POST',
    path: '/api/v1/accounts/{name}/password',
    role: 'viewer',
    summary:
      'Change a password: the own with the current one (which a dry run does not look at), that of others as an admin. Ends the sessions of the account.',
    secret: ['password', 'current'],
    input: z.object({ name: accountName, password: newPassword, current: password.optional(), dryRun }),
    output: done,
  }),
  cluster: route({
    method: 'GET',
    path: '/api/v1/cluster',
    role: 'viewer',
    summary: 'The cluster in numbers.',
    input: z.object({}),
    output: cluster,
  }),
  brokers: route({
    method: 'GET',
    path: '/api/v1/brokers',
    role: 'viewer',
    summary: 'All live brokers.',
    input: z.object({}),
    output: z.object({ items: z.array(broker) }),
  }),
  brokerConfigs: route({
    method: 'GET',
    path: '/api/v1/brokers/{broker}/configs',
    role: 'viewer',
    summary: 'Every key of a broker with its value, default and source.',
    input: z.object({ broker: brokerNumber }),
    output: z.object({ items: z.array(config) }),
  }),
  topics: route({
    method: 'GET',
    path: '/api/v1/topics',
    role: 'viewer',
    summary: 'A page of topics.',
    input: z.object({ ...pageOf(topicColumns), internal: flag.default(true) }),
    output: page(topicRow),
  }),
  topic: route({
    method: 'GET',
    path: '/api/v1/topics/{topic}',
    role: 'viewer',
    summary: 'A topic with a page of its partitions.',
    input: z.object({ topic: topicName, offset: rowsFrom, limit: rowsMax }),
    output: topic,
  }),
  partitions: route({
    method: 'GET',
    path: '/api/v1/partitions',
    role: 'viewer',
    summary: 'A page of the partitions that have a problem, by topic.',
    input: z.object({ ...pageOf(['topic']), problem: z.enum(partitionProblems) }),
    output: page(partitionRow),
  }),
  topicConfigs: route({
    method: 'GET',
    path: '/api/v1/topics/{topic}/configs',
    role: 'viewer',
    summary: 'Every key of a topic with its value, default and source.',
    input: z.object({ topic: topicName }),
    output: z.object({ items: z.array(config) }),
  }),
  configHistory: route({
    method: 'GET',
    path: '/api/v1/configs/history',
    role: 'viewer',
    summary:
      'What a key of a topic or a broker was set to, and by whom; the newest first, as far back as the audit list.',
    input: z.object({ of: z.enum(['topic', 'broker']), name: z.string().max(249), key: z.string().min(1).max(249) }),
    output: z.object({ items: z.array(configChange) }),
  }),
  messages: route({
    method: 'POST',
    path: '/api/v1/topics/{topic}/messages/search',
    role: 'viewer',
    reads: true,
    summary:
      'Messages of a topic, all or those that a filter keeps: as many as a quarter of a second finds. The cursor goes on from there.',
    input: z.object({ topic: topicName, ...asked }),
    output: messages,
  }),
  message: route({
    method: 'GET',
    path: '/api/v1/topics/{topic}/messages/{partition}/{offset}',
    role: 'viewer',
    summary: 'One message, with its bytes as they are.',
    input: z.object({
      topic: topicName,
      partition: partitionNumber,
      offset: int64,
      keyAs: decoderWish.default('auto'),
      valueAs: decoderWish.default('auto'),
    }),
    output: wholeMessage,
  }),
  downloadMessages: route({
    method: 'GET',
    path: '/api/v1/topics/{topic}/messages/download',
    role: 'viewer',
    summary: 'All messages of a query as a file: NDJSON or CSV, written as they are found.',
    input: z.object({ topic: topicName, ...download }),
    output: z.string(),
  }),
  filters: route({
    method: 'GET',
    path: '/api/v1/filters',
    role: 'viewer',
    summary: 'Filters of messages that were given a name.',
    input: z.object({}),
    output: z.object({ items: z.array(savedFilter) }),
  }),
  saveFilter: route({
    method: 'POST',
    path: '/api/v1/filters',
    role: 'operator',
    summary: 'Give a filter a name, for all who look at messages; in place of the one that has it.',
    input: savedFilter.extend({ dryRun }),
    output: z.object({ before: savedFilter.nullable(), after: savedFilter }),
  }),
  deleteFilter: route({
    method: 'DELETE',
    path: '/api/v1/filters/{name}',
    role: 'operator',
    summary: 'Forget a filter that was given a name.',
    input: z.object({ name: filterName, dryRun }),
    output: savedFilter,
  }),
  produce: route({
    method: 'POST',
    path: '/api/v1/topics/{topic}/messages',
    role: 'operator',
    summary: 'Append a message; it is answered when it is as safe as the topic asks.',
    input: z.object({ topic: topicName, ...newMessage, dryRun }),
    output: producedMessage,
  }),
  groups: route({
    method: 'GET',
    path: '/api/v1/groups',
    role: 'viewer',
    summary: 'A page of consumer groups.',
    input: z.object({ ...pageOf(groupColumns), state: z.enum(groupStates).optional(), topic: topicName.optional() }),
    output: page(groupRow),
  }),
  group: route({
    method: 'GET',
    path: '/api/v1/groups/{group}',
    role: 'viewer',
    summary: 'A group with its members and a page of its offsets.',
    input: z.object({ group: groupName, offset: rowsFrom, limit: rowsMax }),
    output: group,
  }),
  createTopic: route({
    method: 'POST',
    path: '/api/v1/topics',
    role: 'operator',
    summary: 'Create a topic; counts that are left out are those of the broker.',
    input: z.object({
      name: topicName,
      partitions: z.int().min(1).optional(),
      replicationFactor: z.int().min(1).optional(),
      configs: configTexts.default({}),
      dryRun,
    }),
    output: createdTopic,
  }),
  deleteTopic: route({
    method: 'DELETE',
    path: '/api/v1/topics/{topic}',
    role: 'operator',
    summary: 'Delete a topic with its records.',
    input: z.object({ topic: topicName, confirm: confirm.optional(), dryRun }),
    output: deletedTopic,
  }),
  addPartitions: route({
    method: 'POST',
    path: '/api/v1/topics/{topic}/partitions',
    role: 'operator',
    summary: 'Give a topic more partitions: `count` in all. Keys then go to other partitions than before.',
    input: z.object({ topic: topicName, count: z.int().min(1), dryRun }),
    output: z.object({ before: z.int(), after: z.int() }),
  }),
  alterTopicConfigs: route({
    method: 'PATCH',
    path: '/api/v1/topics/{topic}/configs',
    role: 'operator',
    summary: 'Set and unset keys of a topic.',
    input: z.object({ topic: topicName, ...configEdit }),
    output: configsEdited,
  }),
  alterBrokerConfigs: route({
    method: 'PATCH',
    path: '/api/v1/brokers/{broker}/configs',
    role: 'admin',
    summary: 'Set and unset keys of a broker that change while it runs.',
    input: z.object({ broker: brokerNumber, ...configEdit }),
    output: configsEdited,
  }),
  deleteRecords: route({
    method: 'POST',
    path: '/api/v1/topics/{topic}/delete-records',
    role: 'operator',
    summary: 'Delete records from the beginning of partitions; of all partitions where none is named.',
    input: z.object({ topic: topicName, partitions: z.array(cut).optional(), confirm: confirm.optional(), dryRun }),
    output: cuts,
  }),
  resetOffsets: route({
    method: 'POST',
    path: '/api/v1/groups/{group}/offsets',
    role: 'operator',
    summary:
      'Move the committed offsets of a group without members: of all it has, or of all partitions of some topics.',
    input: z.object({ group: groupName, topics: z.array(topicName).optional(), target: resetTarget, dryRun }),
    output: reset,
  }),
  lastReset: route({
    method: 'GET',
    path: '/api/v1/groups/{group}/offsets/last-reset',
    role: 'viewer',
    summary:
      'The last time that somebody moved the offsets of a group, whichever way, with what undoes it; as far back as the audit list.',
    input: z.object({ group: groupName }),
    output: z.object({ reset: lastReset.nullable() }),
  }),
  deleteGroup: route({
    method: 'DELETE',
    path: '/api/v1/groups/{group}',
    role: 'operator',
    summary: 'Delete a group without members, with its offsets.',
    input: z.object({ group: groupName, confirm: confirm.optional(), dryRun }),
    output: deletedGroup,
  }),
  live: route({
    method: 'GET',
    path: '/api/v1/live',
    role: 'viewer',
    summary:
      'The state, rates and problems of the moment; the WebSocket /api/v1/stream sends the same, then what changes.',
    input: z.object({}),
    output: live,
  }),
  canary: route({
    method: 'GET',
    path: '/api/v1/canary',
    role: 'viewer',
    summary: 'What became of the records that the broker sends through itself, one a second.',
    input: z.object({}),
    output: canary,
  }),
  history: route({
    method: 'GET',
    path: '/api/v1/history',
    role: 'viewer',
    summary: 'Rates of the last hour.',
    input: z.object({}),
    output: history,
  }),
  groupHistory: route({
    method: 'GET',
    path: '/api/v1/groups/{group}/history',
    role: 'viewer',
    summary: 'The lag of a group over the last hour, in messages and in seconds.',
    input: z.object({ group: groupName }),
    output: groupHistory,
  }),
  audit: route({
    method: 'GET',
    path: '/api/v1/audit',
    role: 'viewer',
    summary: 'What was changed, by whom, from what to what; the newest first.',
    input: z.object({ search: z.string().max(256).default(''), offset: rowsFrom, limit: rowsMax }),
    output: page(auditEntry),
  }),
  jobs: route({
    method: 'GET',
    path: '/api/v1/jobs',
    role: 'viewer',
    summary: 'Long work in the background: what is under way, then what ended last.',
    input: z.object({}),
    output: z.object({ items: z.array(job) }),
  }),
} as const

export type Contract = typeof contract
export type RouteName = keyof Contract
/** What a caller gives. */
export type Input<Name extends RouteName> = z.input<Contract[Name]['input']>
/** What the server works with: checked, and with its defaults. */
export type Checked<Name extends RouteName> = z.output<Contract[Name]['input']>
export type Output<Name extends RouteName> = z.output<Contract[Name]['output']>
