/** What every screen begins with: where it is, its name, what can be done. */
import { useEffect, type ReactNode } from 'react'

interface PageProps {
  readonly title: string
  /** Links to what this is a part of. */
  readonly above?: ReactNode
  readonly beside?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export const Page = ({ title, above, beside, actions, children }: PageProps) => {
  useEffect(() => {
    document.title = `${title} - Millrace`
  }, [title])
  return (
    <>
      <header className="page-header">
        <div className="page-name">
          {above !== undefined && <div className="page-above">{above}</div>}
          <h1>{title}</h1>
          {beside}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </>
  )
}
