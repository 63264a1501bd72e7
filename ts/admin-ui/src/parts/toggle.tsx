/** A switch with its label. */
import { Switch } from '@base-ui/react/switch'

interface ToggleProps {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export const Toggle = ({ label, checked, onChange }: ToggleProps) => (
  // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the switch is in it
  <label className="toggle">
    <Switch.Root className="switch" checked={checked} onCheckedChange={onChange}>
      <Switch.Thumb className="switch-thumb" />
    </Switch.Root>
    {label}
  </label>
)
