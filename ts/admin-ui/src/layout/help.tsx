/** The keys. */
import { useTranslation } from 'react-i18next'
import { Window } from '../parts/dialog.tsx'
import { places } from './places.ts'

export const Help = ({ onOpenChange }: { readonly onOpenChange: (isOpen: boolean) => void }) => {
  const { t } = useTranslation()
  const rows: readonly (readonly [keys: readonly string[], what: string])[] = [
    [[t('shell.paletteKey')], t('help.palette')],
    [['/'], t('help.search')],
    ...places.map(({ key, name }): readonly [readonly string[], string] => [['g', key], t(`places.${name}`)]),
    [['?'], t('help.help')],
  ]
  return (
    <Window title={t('help.title')} onOpenChange={onOpenChange}>
      <dl className="keys">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Window>
  )
}
