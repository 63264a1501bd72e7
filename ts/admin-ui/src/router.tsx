/** Every address of the console. All screens are loaded with the first: they are small, and open while the broker is away. */
import { createRootRoute, createRoute, createRouter, stripSearchParams } from '@tanstack/react-router'
import { Gate } from './layout/gate.tsx'
import { NotFound } from './layout/not-found.tsx'
import { Crash } from './parts/failure.tsx'
import { AccountsScreen } from './screens/accounts.tsx'
import { AuditScreen } from './screens/audit.tsx'
import { BrokerScreen } from './screens/broker.tsx'
import { BrokersScreen } from './screens/brokers.tsx'
import { GroupScreen } from './screens/group.tsx'
import { GroupsScreen } from './screens/groups.tsx'
import { HealthScreen } from './screens/health.tsx'
import { JobsScreen } from './screens/jobs.tsx'
import { PartitionsScreen } from './screens/partitions.tsx'
import { TopicMessagesScreen } from './screens/topic-messages.tsx'
import { TopicMessageScreen } from './screens/topic-message.tsx'
import { TopicScreen } from './screens/topic.tsx'
import { TopicsScreen } from './screens/topics.tsx'
import {
  auditSearch,
  brokerSearch,
  groupSearch,
  groupsSearch,
  messageSearch,
  messagesSearch,
  parseSearch,
  partitionsSearch,
  topicSearch,
  topicsSearch,
  writeSearch,
} from './search.ts'

const root = createRootRoute({ component: Gate, notFoundComponent: NotFound, errorComponent: Crash })
const parent = { getParentRoute: () => root } as const

const health = createRoute({
  ...parent,
  path: '/',
  component: HealthScreen,
})

const topics = createRoute({
  ...parent,
  path: '/topics',
  validateSearch: topicsSearch,
  search: { middlewares: [stripSearchParams(topicsSearch({} as Parameters<typeof topicsSearch>[0]))] },
  component: TopicsScreen,
})

const topic = createRoute({
  ...parent,
  path: '/topics/$topic',
  validateSearch: topicSearch,
  search: { middlewares: [stripSearchParams(topicSearch({} as Parameters<typeof topicSearch>[0]))] },
  component: TopicScreen,
})

const messages = createRoute({
  ...parent,
  path: '/topics/$topic/messages',
  validateSearch: messagesSearch,
  search: { middlewares: [stripSearchParams(messagesSearch({} as Parameters<typeof messagesSearch>[0]))] },
  component: TopicMessagesScreen,
})

const message = createRoute({
  ...parent,
  path: '/topics/$topic/messages/$partition/$offset',
  validateSearch: messageSearch,
  search: { middlewares: [stripSearchParams(messageSearch({} as Parameters<typeof messageSearch>[0]))] },
  component: TopicMessageScreen,
})

const partitions = createRoute({
  ...parent,
  path: '/partitions',
  validateSearch: partitionsSearch,
  search: { middlewares: [stripSearchParams(partitionsSearch({} as Parameters<typeof partitionsSearch>[0]))] },
  component: PartitionsScreen,
})

const groups = createRoute({
  ...parent,
  path: '/groups',
  validateSearch: groupsSearch,
  search: { middlewares: [stripSearchParams(groupsSearch({} as Parameters<typeof groupsSearch>[0]))] },
  component: GroupsScreen,
})

const group = createRoute({
  ...parent,
  path: '/groups/$group',
  validateSearch: groupSearch,
  search: { middlewares: [stripSearchParams(groupSearch({} as Parameters<typeof groupSearch>[0]))] },
  component: GroupScreen,
})

const brokers = createRoute({
  ...parent,
  path: '/brokers',
  component: BrokersScreen,
})

const broker = createRoute({
  ...parent,
  path: '/brokers/$broker',
  validateSearch: brokerSearch,
  search: { middlewares: [stripSearchParams(brokerSearch({} as Parameters<typeof brokerSearch>[0]))] },
  component: BrokerScreen,
})

const jobs = createRoute({
  ...parent,
  path: '/jobs',
  component: JobsScreen,
})

const audit = createRoute({
  ...parent,
  path: '/audit',
  validateSearch: auditSearch,
  search: { middlewares: [stripSearchParams(auditSearch({} as Parameters<typeof auditSearch>[0]))] },
  component: AuditScreen,
})

const accounts = createRoute({
  ...parent,
  path: '/accounts',
  component: AccountsScreen,
})

export const router = createRouter({
  routeTree: root.addChildren([
    health,
    topics,
    topic,
    messages,
    message,
    partitions,
    groups,
    group,
    brokers,
    broker,
    jobs,
    audit,
    accounts,
  ]),
  parseSearch,
  stringifySearch: writeSearch,
  // What surrounds a screen outlasts it.
  defaultErrorComponent: Crash,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
