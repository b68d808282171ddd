import { ref } from 'vue'
import { ApiProblem, offlineProblem, problemOf } from './problem'

type Query = Record<string, string | number | boolean | null | undefined>
export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  query?: Query
  body?: object
  /** Made by the caller when a retry must not do the thing twice; otherwise each POST gets a fresh one. */
  idempotencyKey?: string
  /** Answers to what the server asked before: a ticket, a proof, a code. */
  answers?: Readonly<Record<string, string>>
}

/** True while the last attempt could not reach the server, or the phone says it has no network. */
export const offline = ref(false)

let bearer = ''
let device = ''
let language = 'zh-Hans'
let onUnauthenticated: () => void = () => undefined

export function useBearer(token: string): void {
  bearer = token
}
export function bearerToken(): string {
  return bearer
}
/** Sets the number that this phone made for itself. */
export function useDevice(id: string): void {
  device = id
}
export function askIn(tag: string): void {
  language = tag
}
/** Registers what happens when the server no longer accepts the token. */
export function whenUnauthenticated(act: () => void): void {
  onUnauthenticated = act
}

const origin = __API_ORIGIN__

/** Gives the full address of an API path with its query, empty values left out. */
export function address(path: string, query: Query = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
  return `${origin}/api${path}${pairs.length ? `?${pairs.join('&')}` : ''}`
}

/** A random UUID (version 4). The mini-program has no `crypto`, so it falls back to Math.random: the key only has to be unlike others. */
export function newKey(): string {
  const bytes = new Uint8Array(16)
  if (typeof crypto !== 'undefined' && crypto.getRandomValues) crypto.getRandomValues(bytes)
  else for (let i = 0; i < 16; i++) bytes[i] = Math.floor(Math.random() * 256)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export function headers(extra: Record<string, string> = {}): Record<string, string> {
  const all: Record<string, string> = { 'Accept-Language': language === 'en' ? 'en' : 'zh-CN', ...extra }
  if (bearer) all.Authorization = `Bearer ${bearer}`
  if (device) all['X-Device-Id'] = device
  return all
}

/** Calls the API. Resolves with the JSON answer (undefined for 204); rejects with ApiProblem, never anything else. */
export function call<T>(path: string, { method = 'GET', query, body, idempotencyKey, answers }: Call = {}): Promise<T> {
  const extra: Record<string, string> = { Accept: 'application/json', ...answers }
  if (method === 'POST') extra['Idempotency-Key'] = idempotencyKey ?? newKey()
  if (body) extra['Content-Type'] = 'application/json'
  return new Promise<T>((resolve, reject) => {
    uni.request({
      url: address(path, query),
      method,
      header: headers(extra),
      data: body ? JSON.stringify(body) : undefined,
      timeout: 15_000,
      dataType: 'text',
      success: (answer) => {
        offline.value = false
        const content = parse(answer.data)
        if (answer.statusCode >= 200 && answer.statusCode < 300) return resolve(content as T)
        const problem = problemOf(answer.statusCode, content)
        if (answer.statusCode === 401 && bearer) onUnauthenticated()
        reject(new ApiProblem(problem))
      },
      fail: () => {
        offline.value = true
        reject(new ApiProblem(offlineProblem()))
      },
    })
  })
}

function parse(data: unknown): unknown {
  if (typeof data !== 'string') return data
  if (data === '') return undefined
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
