/** What every screen begins with: where it is, its name. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { clusterQuery } from '../api.ts'
import { NameText } from './name-text.tsx'

/** Names the main part of the document. */
export const PAGE_TITLE = 'page-title'

interface PageProps {
  readonly title: string
  /** Links to what this is a part of. */
  readonly above?: ReactNode
  readonly beside?: ReactNode
  /** What can be done. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export const Page = ({ title, above, beside, actions, children }: PageProps) => {
  const label = useQuery(clusterQuery).data?.label ?? ''
  useEffect(() => {
    document.title = `${title} - ${label === '' ? 'Millrace' : label}`
  }, [title, label])
  return (
    <>
      <header className="page-header">
        <div className="page-name">
          {above !== undefined && <div className="page-above">{above}</div>}
          <h1 id={PAGE_TITLE}>
            <NameText>{title}</NameText>
          </h1>
          {beside}
        </div>
        {actions}
      </header>
      {children}
    </>
  )
}
