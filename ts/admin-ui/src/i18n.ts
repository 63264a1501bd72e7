/** Two languages, each loaded when it is chosen. Keys are typed by the English file; a test compares the other with it. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from './locales/en.json'
import { type Language, preferences } from './state/preferences.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

const load = {
  en: () => import('./locales/en.json'),
  'zh-CN': () => import('./locales/zh-CN.json'),
} as const satisfies Record<Language, unknown>

export const speak = async (language: Language): Promise<void> => {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await load[language]()).default)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}

export const startSpeaking = async (): Promise<void> => {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: preferences().language,
    fallbackLng: false,
    // React escapes.
    interpolation: { escapeValue: false },
  })
  await speak(preferences().language)
}
