/** One of a few. */
import { Field } from '../actions/field.tsx'

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly values: readonly Value[]
  readonly value: Value
  readonly text: (value: Value) => string
  readonly onChange: (value: Value) => void
}

export const Choice = <Value extends string>({ label, values, value, text, onChange }: ChoiceProps<Value>) => (
  <Field label={label}>
    {(id) => (
      <select id={id} className="select" value={value} onChange={({ target }) => onChange(target.value as Value)}>
        {values.map((each) => (
          <option key={each} value={each}>
            {text(each)}
          </option>
        ))}
      </select>
    )}
  </Field>
)
