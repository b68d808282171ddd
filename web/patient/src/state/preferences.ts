import { reactive } from 'vue'
import { askIn } from '@/api/client'
import { i18n } from '@/locale'
import type { Bilingual } from '@/api/types'
import type { Tag } from '@/words/time'

const KEY = 'yitong.preferences'
interface Preferences {
  language: Tag
  elderly: boolean
}

export const preferences = reactive<Preferences>({ language: 'zh-Hans', elderly: false })

function apply(): void {
  i18n.global.locale.value = preferences.language
  askIn(preferences.language)
  // #ifdef H5
  document.documentElement.lang = preferences.language
  // #endif
}

/** Reads what the person chose last time; the first time, the phone's own language decides. */
export function loadPreferences(): void {
  const saved = uni.getStorageSync(KEY) as Partial<Preferences> | ''
  if (saved && typeof saved === 'object') Object.assign(preferences, saved)
  else if (!/^zh/i.test(uni.getLocale?.() || 'zh')) preferences.language = 'en'
  apply()
}

export function choose(change: Partial<Preferences>): void {
  Object.assign(preferences, change)
  uni.setStorageSync(KEY, { ...preferences })
  apply()
}

/** Picks the asked language from a text that the server gave in both. */
export function said(text: Bilingual | null | undefined): string {
  if (!text) return ''
  return (preferences.language === 'en' ? text.en || text.zh : text.zh || text.en) ?? ''
}

/** Picks between `name` and `name_en`. */
export function named(zh: string, en: string | null | undefined): string {
  return preferences.language === 'en' && en ? en : zh
}
