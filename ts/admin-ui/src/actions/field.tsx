/** One thing that is asked for, with its name and what is to be known of it. */
import { type ReactNode, useId } from 'react'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  /** Why what was typed cannot be read; null where it can. */
  readonly problem?: string | null
  readonly children: (id: string, told: Told) => ReactNode
}

/** What says of an input that it cannot be read, and why. */
type Told = { readonly 'aria-invalid': true; readonly 'aria-describedby': string } | null

export const Field = ({ label, hint, problem = null, children }: FieldProps) => {
  const [id, why] = [useId(), useId()]
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, problem === null ? null : { 'aria-invalid': true, 'aria-describedby': why })}
      {problem !== null && (
        <p className="refusal" role="alert" id={why}>
          {problem}
        </p>
      )}
      {hint !== undefined && <p className="quiet">{hint}</p>}
    </div>
  )
}

interface TextFieldProps extends Pick<FieldProps, 'label' | 'hint' | 'problem'> {
  readonly value: string
  readonly onChange: (value: string) => void
  /** With `number` a phone shows digits; what is typed stays text, for 64 bits are more than a number holds. */
  readonly kind?: 'text' | 'number' | 'datetime-local' | 'new-password' | 'current-password'
  readonly placeholder?: string
}

export const TextField = ({ value, onChange, kind = 'text', placeholder, ...about }: TextFieldProps) => (
  <Field {...about}>
    {(id, told) => (
      <input
        id={id}
        {...told}
        className="input"
        type={kind.endsWith('password') ? 'password' : kind === 'number' ? 'text' : kind}
        inputMode={kind === 'number' ? 'numeric' : undefined}
        step={kind === 'datetime-local' ? 1 : undefined}
        value={value}
        placeholder={placeholder}
        autoComplete={kind.endsWith('password') ? kind : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
)
