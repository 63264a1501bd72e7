/** As what keys or values are to be read. */
import { useTranslation } from 'react-i18next'
import { decoderWishes, type ReadingSearch } from '../search.ts'
import { Choice } from './choice.tsx'

interface DecoderChoiceProps {
  readonly label: string
  readonly value: ReadingSearch['keyAs']
  readonly onChange: (value: ReadingSearch['keyAs']) => void
}

export const DecoderChoice = (props: DecoderChoiceProps) => {
  const { t } = useTranslation()
  return <Choice {...props} values={decoderWishes} text={(each) => t(`decoder.${each}`)} />
}
