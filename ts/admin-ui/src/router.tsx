/** Every address of the console. A screen is loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  stripSearchParams,
} from '@tanstack/react-router'
import { Gate } from './layout/gate.tsx'
import { NotFound } from './layout/not-found.tsx'
import { Crash } from './parts/failure.tsx'
import {
  auditSearch,
  brokerSearch,
  groupSearch,
  groupsSearch,
  parseSearch,
  topicSearch,
  topicsSearch,
  writeSearch,
} from './search.ts'

const root = createRootRoute({ component: Gate, notFoundComponent: NotFound, errorComponent: Crash })
const parent = { getParentRoute: () => root } as const

const health = createRoute({
  ...parent,
  path: '/',
  component: lazyRouteComponent(() => import('./screens/health.tsx'), 'HealthScreen'),
})

const topics = createRoute({
  ...parent,
  path: '/topics',
  validateSearch: topicsSearch,
  search: { middlewares: [stripSearchParams(topicsSearch({} as Parameters<typeof topicsSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/topics.tsx'), 'TopicsScreen'),
})

const topic = createRoute({
  ...parent,
  path: '/topics/$topic',
  validateSearch: topicSearch,
  search: { middlewares: [stripSearchParams(topicSearch({} as Parameters<typeof topicSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/topic.tsx'), 'TopicScreen'),
})

const groups = createRoute({
  ...parent,
  path: '/groups',
  validateSearch: groupsSearch,
  search: { middlewares: [stripSearchParams(groupsSearch({} as Parameters<typeof groupsSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/groups.tsx'), 'GroupsScreen'),
})

const group = createRoute({
  ...parent,
  path: '/groups/$group',
  validateSearch: groupSearch,
  search: { middlewares: [stripSearchParams(groupSearch({} as Parameters<typeof groupSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/group.tsx'), 'GroupScreen'),
})

const brokers = createRoute({
  ...parent,
  path: '/brokers',
  component: lazyRouteComponent(() => import('./screens/brokers.tsx'), 'BrokersScreen'),
})

const broker = createRoute({
  ...parent,
  path: '/brokers/$broker',
  validateSearch: brokerSearch,
  search: { middlewares: [stripSearchParams(brokerSearch({} as Parameters<typeof brokerSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/broker.tsx'), 'BrokerScreen'),
})

const jobs = createRoute({
  ...parent,
  path: '/jobs',
  component: lazyRouteComponent(() => import('./screens/jobs.tsx'), 'JobsScreen'),
})

const audit = createRoute({
  ...parent,
  path: '/audit',
  validateSearch: auditSearch,
  search: { middlewares: [stripSearchParams(auditSearch({} as Parameters<typeof auditSearch>[0]))] },
  component: lazyRouteComponent(() => import('./screens/audit.tsx'), 'AuditScreen'),
})

export const router = createRouter({
  routeTree: root.addChildren([health, topics, topic, groups, group, brokers, broker, jobs, audit]),
  parseSearch,
  stringifySearch: writeSearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
