import { call } from './client'
import type {
  Card,
  DynamicCode,
  Family,
  Items,
  Journey,
  Me,
  Message,
  NewPatient,
  PhoneChallenge,
  PublicSettings,
  Registered,
  Session,
  StaticCode,
} from './types'

export const readPublicSettings = () => call<PublicSettings>('/public-settings')

export const askPhoneCode = (phone: string) =>
  call<PhoneChallenge>('/sign-in/phone-codes', { method: 'POST', body: { phone, purpose: 'sign_in' } })
export const signInByPhone = (given: { challenge_id: string; phone: string; code: string; binding?: string }) =>
  call<Session>('/sign-in/phone', { method: 'POST', body: given })
export const startOauth = (provider: 'wechat' | 'alipay', returnTo: string) =>
  call<{ authorize_url: string; state: string }>(`/sign-in/oauth/${provider}/start`, { query: { return_to: returnTo } })
export const finishOauth = (provider: 'wechat' | 'alipay', code: string, state: string) =>
  call<Session>(`/sign-in/oauth/${provider}`, { method: 'POST', body: { code, state } })
export const readMe = () => call<Me>('/me')
export const endSession = () => call<void>('/session', { method: 'DELETE' })
export const refreshSession = () => call<Session>('/session/refresh', { method: 'POST' })

export const registerPatient = (person: NewPatient, key: string) =>
  call<Registered>('/patients', { method: 'POST', body: person, idempotencyKey: key })
export const readFamily = () => call<Family>('/family')
export const leaveFamily = (patientId: string) => call<Family>(`/family/${patientId}`, { method: 'DELETE' })

export const readCard = (patientId: string) => call<Card>(`/patients/${patientId}/card`)
export const newDynamicCode = (patientId: string) =>
  call<DynamicCode>(`/patients/${patientId}/card/dynamic-code`, { method: 'POST' })
export const readStaticCode = (patientId: string) => call<StaticCode>(`/patients/${patientId}/card/static-code`)
export const freezeCard = (patientId: string) => call<Card>(`/patients/${patientId}/card/freeze`, { method: 'POST' })
export const unfreezeCard = (patientId: string) =>
  call<Card>(`/patients/${patientId}/card/unfreeze`, { method: 'POST' })

export const readJourney = (patientId: string) => call<Journey>('/journey', { query: { patient_id: patientId } })
export const readMessages = (cursor?: string) =>
  call<Items<Message> & { unread: number }>('/messages', { query: { cursor } })
export const markRead = (id: string) => call<void>(`/messages/${id}/read`, { method: 'POST' })
