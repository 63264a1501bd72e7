/** A name that may go on in the next line behind its dots, dashes, underscores and slashes. */
import { Fragment } from 'react'

export const NameText = ({ children }: { readonly children: string }) => (
  <span>
    {children.split(/(?<=[-._/])/).map((part, at) => (
      // The parts of a name never change places.
      // oxlint-disable-next-line react/no-array-index-key
      <Fragment key={at}>
        {at > 0 && <wbr />}
        {part}
      </Fragment>
    ))}
  </span>
)
