/** A size or a count: short on the screen, exact in its title. */
import { useFormat } from './use-format.ts'

/** Of what is null nothing is known. */
interface ValueProps {
  readonly value: string | null
}

const UNKNOWN = '-'
const SECOND_MS = 1000

export const Size = ({ value }: ValueProps) => {
  const { bytes, integer } = useFormat()
  return value === null ? UNKNOWN : <span title={`${integer(value)} B`}>{bytes(value)}</span>
}

export const Count = ({ value }: ValueProps) => {
  const { integer } = useFormat()
  return value === null ? UNKNOWN : integer(value)
}

/** So many each second. */
export const Rate = ({ value }: { readonly value: number | null }) => {
  const { short } = useFormat()
  if (value === null) return UNKNOWN
  return value === 0 ? <span className="quiet">0</span> : short(value)
}

/** Nothing to catch up with is good news, and quiet. */
export const Lag = ({ value }: ValueProps) => {
  const { integer } = useFormat()
  if (value === null) return UNKNOWN
  return <span className={value === '0' ? 'quiet' : 'lag'}>{integer(value)}</span>
}

/** Lag in time: how long ago the log ended where the group is now. */
export const Behind = ({ seconds }: { readonly seconds: number | null }) => {
  const { span } = useFormat()
  if (seconds === null) return UNKNOWN
  const text = span(seconds * SECOND_MS)
  return seconds === 0 ? <span className="quiet">{text}</span> : text
}
