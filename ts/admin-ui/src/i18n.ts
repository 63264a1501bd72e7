/** Two languages. Keys are typed by the English file; a test compares the other with it. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from './locales/en.json'
import chinese from './locales/zh-CN.json'
import { type Language, preferences } from './state/preferences.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

const texts = { en, 'zh-CN': chinese } as const satisfies Record<Language, unknown>

export const speak = async (): Promise<void> => {
  const { language } = preferences()
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

export const startSpeaking = async (): Promise<void> => {
  await i18next.use(initReactI18next).init({
    resources: Object.fromEntries(Object.entries(texts).map(([name, translation]) => [name, { translation }])),
    fallbackLng: false,
    // React escapes.
    interpolation: { escapeValue: false },
  })
  await speak()
}
