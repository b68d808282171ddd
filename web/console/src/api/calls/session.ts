import { api, take } from '../client'

/** Calls of signing in and of the session. */
export const readPublicSettings = () => take(api.GET('/api/public-settings'))
export const readMe = () => take(api.GET('/api/me'))
export const signIn = (username: string, password: string) =>
  take(api.POST('/api/staff/sign-in', { body: { username, password } }))
export const signInTotp = (challenge: string, code: string) =>
  take(api.POST('/api/staff/sign-in/totp', { body: { challenge, code } }))
export const startOidc = (return_to: string) =>
  take(api.GET('/api/staff/oidc/start', { params: { query: { return_to } } }))
export const finishOidc = (code: string, state: string) => take(api.POST('/api/staff/oidc', { body: { code, state } }))
export const endSession = () => take(api.DELETE('/api/session'))
