import { ask, type Listed } from '../ask'
import type { HallBoard, HallCall, HallRoom, Queue, QueueEntry, QueueSummary, Words } from '../types'

/** Calls of queue keeping: pausing a room, handing somebody over, groups of rooms, and the rules of the line. */
export type Pause = { reason: string; reason_en: string; since: string; until: string | null }
/** Fields that the queue gained since the generated schema was written. */
export type QueueMore = { paused?: Pause | null; group_id?: string | null; group_name?: string | null; group_name_en?: string | null; pace_minutes?: number }
export type EntryMore = { room?: string; priority_text?: Words; priority_reason?: Words | null; expected_at?: string | null; transferred_from?: string | null; spoken?: Words | null; results_expected?: boolean; can_return?: boolean }
export type FullQueue = Omit<Queue, 'entries' | 'current'> & QueueMore & { entries: (QueueEntry & EntryMore)[]; current: (QueueEntry & EntryMore) | null }
export type QueueInList = QueueSummary & QueueMore

/** What the hall's board gained: speech, pauses, classes of the order, and the calls a screen missed. */
export type HallCallMore = HallCall & { call_id?: string; speech?: Words; room_en?: string }
export type HallNameMore = HallRoom['waiting'][number] & { priority?: string; priority_text?: Words }
export type HallRoomMore = Omit<HallRoom, 'waiting'> & { room_en?: string; paused?: Pause | null; group_name?: string | null; waiting: HallNameMore[] }
export type FullBoard = Omit<HallBoard, 'calling' | 'rooms'> & { calling: HallCallMore[]; rooms: HallRoomMore[]; recent?: HallCallMore[] }
export const readMissed = (location_id: string, organization_id: string, since: string) =>
  ask<FullBoard>('GET', '/api/halls/{location_id}', { path: { location_id }, query: { organization_id, since } })

export const pauseQueue = (schedule_id: string, organization_id: string, reason: string, until: string | null = null) =>
  ask<FullQueue>('POST', '/api/queues/{schedule_id}/pause', { path: { schedule_id }, body: { organization_id, reason, until } })
export const resumeQueue = (schedule_id: string, organization_id: string) =>
  ask<FullQueue>('POST', '/api/queues/{schedule_id}/resume', { path: { schedule_id }, body: { organization_id } })
export const transferEntry = (id: string, body: { organization_id: string; schedule_id: string; reason: string }) =>
  ask<QueueEntry>('POST', '/api/queue-entries/{entry_id}/transfer', { path: { entry_id: id }, body })

/** Grounds on which somebody goes first within their own slot; the staff has seen the document. */
export const GROUNDS = ['soldier', 'martyr_family', 'disabled', 'pregnant', 'infant'] as const
export type Ground = (typeof GROUNDS)[number]
export const privilegeEntry = (id: string, organization_id: string, ground: Ground) =>
  ask<QueueEntry>('POST', '/api/queue-entries/{entry_id}/privilege', { path: { entry_id: id }, body: { organization_id, ground } })
/** From now on a check-in puts somebody who was seen back into the line, after some first visits. */
export const expectResults = (id: string, organization_id: string) =>
  ask<QueueEntry>('POST', '/api/queue-entries/{entry_id}/expect-results', { path: { entry_id: id }, body: { organization_id } })

export type QueueGroup = { id: string; organization_id: string; department_id: string; department_name?: string; department_name_en?: string; date: string; name: string; name_en: string | null; schedule_ids: string[] }
export type QueueGroupInput = Omit<QueueGroup, 'id' | 'department_name' | 'department_name_en'>
export const listQueueGroups = (organization_id: string, date: string) => ask<Listed<QueueGroup>>('GET', '/api/queue-groups', { query: { organization_id, date } })
export const addQueueGroup = (body: QueueGroupInput, key: string) => ask<QueueGroup>('POST', '/api/queue-groups', { body, key })
export const changeQueueGroup = (id: string, body: QueueGroupInput) => ask<QueueGroup>('PUT', '/api/queue-groups/{group_id}', { path: { group_id: id }, body })

export type PriorityRule = { code: string; text: Words; reason: Words; rank: number; enabled: boolean; fixed: boolean }
export const QUEUE_NUMBERS = ['returner_after', 'result_after', 'late_after_minutes', 'late_penalty', 'elderly_age', 'max_calls', 'pace_sample', 'pace_weeks', 'pace_trust'] as const
export type QueueNumber = (typeof QUEUE_NUMBERS)[number]
export type QueueRules = { organization_id: string; inherited: boolean; priorities: PriorityRule[] } & Record<QueueNumber, number>
export type QueueRulesChange = { organization_id: string; priorities?: { code: string; enabled: boolean }[] } & Partial<Record<QueueNumber, number>>
export const readQueueRules = (organization_id: string) => ask<QueueRules>('GET', '/api/queue-rules', { query: { organization_id } })
export const saveQueueRules = (body: QueueRulesChange) => ask<QueueRules>('PUT', '/api/queue-rules', { body })

export type QueueAudit = {
  schedule_id: string; numbers_given: number; missing_numbers: number[]; without_entry: string[]; forgotten: string[]; jumps: { called: string; passed: string; at: string }[]; calls_checked: number; clean: boolean
}
export const auditQueue = (schedule_id: string, organization_id: string) =>
  ask<QueueAudit>('GET', '/api/queues/{schedule_id}/audit', { path: { schedule_id }, query: { organization_id } })
