import { createI18n } from 'vue-i18n'
import en from './en.json'
import zhHans from './zh-Hans.json'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-Hans',
  fallbackLocale: 'zh-Hans',
  messages: { 'zh-Hans': zhHans, en },
})
