/** A part of a screen with its name. */
import { type ReactNode, useId } from 'react'

interface CardProps {
  readonly title: string
  readonly beside?: ReactNode
  readonly children: ReactNode
}

export const Card = ({ title, beside, children }: CardProps) => {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {beside}
      </header>
      {children}
    </section>
  )
}
