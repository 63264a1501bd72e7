/** Parts of a page as links: each has its address. */
import type { ReactNode } from 'react'

export const Tabs = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <nav className="tabs" aria-label={label}>
    {children}
  </nav>
)
