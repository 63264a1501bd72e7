/** Parts of a page as links: each has its address. */
import { Link } from '@tanstack/react-router'

interface TabsProps<Tab extends string> {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly current: Tab
  readonly title: (tab: Tab) => string
}

export const Tabs = <Tab extends string>({ label, tabs, current, title }: TabsProps<Tab>) => (
  <nav className="tabs" aria-label={label}>
    {tabs.map((tab) => (
      <Link
        key={tab}
        to="."
        search={(now: object) => (tab === current ? now : { tab })}
        activeOptions={{ exact: true }}
      >
        {title(tab)}
      </Link>
    ))}
  </nav>
)
