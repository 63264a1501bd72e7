/** How long ago, with the moment behind it. */
import { useFormat } from './use-format.ts'

export const When = ({ at }: { readonly at: string }) => {
  const { ago, moment } = useFormat()
  return (
    <span className="when" title={moment(at)}>
      {ago(at)}
    </span>
  )
}
