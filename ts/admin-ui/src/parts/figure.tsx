/** One number with its name. */
import type { ReactNode } from 'react'
import type { Tone } from './badge.tsx'

interface FigureProps {
  readonly name: string
  readonly value: ReactNode
  readonly tone?: Tone
  /** Exactly, where the value is rounded. */
  readonly title?: string
}

export const Figure = ({ name, value, tone = 'plain', title }: FigureProps) => (
  <div className="figure">
    <dt>{name}</dt>
    <dd className={tone} title={title}>
      {value}
    </dd>
  </div>
)

export const Figures = ({ children }: { readonly children: ReactNode }) => <dl className="figures">{children}</dl>
