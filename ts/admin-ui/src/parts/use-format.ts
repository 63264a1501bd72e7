/** The formats of `format.ts` in the reader's language and time zone. */
import { ago, availability, bytes, hour, integer, moment, percent, short, span } from '../format.ts'
import { usePreferences } from '../state/preferences.ts'

export const useFormat = () => {
  const { language, zone } = usePreferences()
  return {
    integer: (value: string | number) => integer(value, language),
    bytes: (value: string | number) => bytes(value, language),
    short: (value: number) => short(value, language),
    availability: (share: number) => availability(share, language),
    percent: (share: number) => percent(share, language),
    moment: (ms: string | number) => moment(ms, language, zone),
    hour: (ms: number) => hour(ms, language, zone),
    span: (ms: number) => span(ms, language),
    ago: (ms: string | number) => ago(Number(ms), Date.now(), language),
  }
}
