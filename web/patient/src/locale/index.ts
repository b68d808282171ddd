import { createI18n, type MessageFunction } from 'vue-i18n'
import en from './en.json'
import zhHans from './zh-Hans.json'

interface Words {
  [key: string]: string | Words
}
interface Messages {
  [key: string]: MessageFunction | Messages
}

/**
 * Turns every text into a function that fills its `{name}`s. The mini-program build uses a vue-i18n without a message
 * compiler (it could not make functions from text there anyway), so texts would be shown with their braces.
 */
export function withValues(words: Words): Messages {
  return Object.fromEntries(
    Object.entries(words).map(([key, text]) => [
      key,
      typeof text === 'string'
        ? ({ named }: { named: (name: string) => unknown }) =>
            text.replace(/\{(\w+)\}/g, (_all, name: string) => String(named(name) ?? ''))
        : withValues(text),
    ]),
  ) as Messages
}

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-Hans',
  fallbackLocale: 'zh-Hans',
  messages: { 'zh-Hans': withValues(zhHans), en: withValues(en) },
})
