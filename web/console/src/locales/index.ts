import { createI18n } from 'vue-i18n'
import { setRequestLanguage } from '@/api/client'
import { cashier } from './cashier'
import { chain } from './chain'
import { channels } from './channels'
import { claims } from './claims'
import { desk } from './desk'
import { draws } from './draws'
import { home } from './home'
import { insurance } from './insurance'
import { overseeing } from './overseeing'
import { people } from './people'
import { pharmacy } from './pharmacy'
import { planning } from './planning'
import { prescriptions } from './prescriptions'
import { publicDevices } from './public-devices'
import { queues } from './queues'
import { reconciliation } from './reconciliation'
import { reviews } from './reviews'
import { risk } from './risk'
import { room } from './room'
import { schedules } from './schedules'
import { shell } from './shell'
import { signIn } from './sign-in'
import { staff } from './staff'
import { exams } from './exams'
import { stays } from './stays'
import { tills } from './tills'
import { waitlist } from './waitlist'

export const areas = { shell, signIn, home, room, desk, schedules, planning, pharmacy, prescriptions, exams, cashier, stays, claims, insurance, chain, channels, waitlist, draws, queues, reviews, reconciliation, tills, risk, people, staff, overseeing, publicDevices }

type Side<L extends 'zh' | 'en'> = { [K in keyof typeof areas]: (typeof areas)[K][L] }

function side<L extends 'zh' | 'en'>(language: L): Side<L> {
  return Object.fromEntries(Object.entries(areas).map(([name, words]) => [name, words[language]])) as Side<L>
}

export type Language = 'zh' | 'en'
export const messages = { zh: side('zh'), en: side('en') }

const KEPT = 'yitong.language'

export const i18n = createI18n({
  legacy: false,
  locale: localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh',
  fallbackLocale: false,
  missingWarn: true,
  messages: messages as unknown as { zh: Record<string, never>; en: Record<string, never> },
})

/** Switches every screen, the browser's `lang` and the language asked of the server. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = messages[language].shell.product
  setRequestLanguage(language === 'zh' ? 'zh-CN' : 'en')
}
