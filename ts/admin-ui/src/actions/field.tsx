/** One thing that is asked for, with its name and what is to be known of it. */
import { type ReactNode, useId } from 'react'

interface FieldProps {
  readonly label: string
  readonly hint?: string
  readonly children: (id: string) => ReactNode
}

export const Field = ({ label, hint, children }: FieldProps) => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p className="quiet">{hint}</p>}
    </div>
  )
}

interface TextFieldProps {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** With `number` a phone shows digits; what is typed stays text, for 64 bits are more than a number holds. */
  readonly kind?: 'text' | 'number' | 'datetime-local' | 'new-password' | 'current-password'
  readonly placeholder?: string
}

export const TextField = ({ label, hint, value, onChange, kind = 'text', placeholder }: TextFieldProps) => (
  <Field label={label} {...(hint === undefined ? {} : { hint })}>
    {(id) => (
      <input
        id={id}
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
