import { defineWords } from './words'

export const schedules = defineWords(
  {
    title: '排班管理', week: '周排班', templates: '排班模板', exceptions: '调班与停诊', department: '科室', allDepartments: '全部科室', previous: '上一周', next: '下一周', thisWeek: '本周', span: '{from} 至 {to}',
    who: '医生 / 服务', noSessions: '这一周还没有出诊', noSessionsHint: '先建立模板，再按 F6 生成号源。', newTemplate: '新建模板', editTemplate: '修改模板', extra: '加诊', change: '调班', stop: '停诊', generate: '生成号源',
    booked: '已约', capacity: '号源', held: '占号', remaining: '余号', room: '诊室', fee: '诊查费', period: '时间', state: '状态', fill: '约满率 {n}%',
    states: { planned: '待生成', open: '可约', full: '约满', stopped: '停诊', past: '已过' }, stopTitle: '停诊 {who} {time}', stopText: '停诊后未约的号源立即关闭；已预约的 {n} 人会收到通知和改约建议。', stopReasons: { leave: '医生请假', meeting: '会诊或会议', equipment: '设备故障' }, stopped: '已停诊，通知 {n} 人', stoppedReason: '停诊原因',
    service: '服务', practitioner: '医生', anyPractitioner: '不指定（普通号）', location: '诊室', noLocation: '不指定', weekday: '星期', start: '开始', end: '结束', slotMinutes: '每段分钟', perSlot: '每段人数', validFrom: '生效', validTo: '失效', open: '长期', active: '启用', inactive: '停用', total: '每次 {n} 个号',
    saved: '模板已保存', template: '模板', kind: '类型', kinds: { stop: '停诊', change: '调班', extra: '加诊' }, date: '日期', exceptionTitle: '加诊 / 调班 / 停诊', exceptionSaved: '已记录', noTemplates: '还没有排班模板', noTemplatesHint: '按 F2 新建；模板每周重复，生成号源时用。', noExceptions: '这段时间没有调班或停诊',
    generateTitle: '生成号源', generateText: '按模板与调班记录生成这段日期的出诊与号源；已有的不会重复生成。', from: '从', to: '到', generated: '生成 {schedules} 次出诊、{slots} 个号段，跳过 {skipped} 次', timeOrder: '结束时间应晚于开始时间', slotLimit: '每段不超过 30 分钟', reason: '原因', valid: '有效期',
  },
  {
    title: 'Schedules', week: 'Week', templates: 'Templates', exceptions: 'Exceptions', department: 'Department', allDepartments: 'All departments', previous: 'Previous week', next: 'Next week', thisWeek: 'This week', span: '{from} to {to}',
    who: 'Doctor / service', noSessions: 'No clinics in this week', noSessionsHint: 'Make templates first, then press F6 to generate.', newTemplate: 'New template', editTemplate: 'Change template', extra: 'Extra clinic', change: 'Change', stop: 'Stop clinic', generate: 'Generate',
    booked: 'Booked', capacity: 'Places', held: 'Held', remaining: 'Free', room: 'Room', fee: 'Fee', period: 'Time', state: 'State', fill: '{n}% full',
    states: { planned: 'Planned', open: 'Open', full: 'Full', stopped: 'Stopped', past: 'Past' }, stopTitle: 'Stop {who} {time}', stopText: 'Free places close at once; the {n} people already booked are told and offered another time.', stopReasons: { leave: 'Doctor on leave', meeting: 'Consultation or meeting', equipment: 'Equipment fault' }, stopped: 'Stopped; {n} people told', stoppedReason: 'Why stopped',
    service: 'Service', practitioner: 'Doctor', anyPractitioner: 'Not named (general clinic)', location: 'Room', noLocation: 'Not set', weekday: 'Weekday', start: 'From', end: 'Until', slotMinutes: 'Minutes a slot', perSlot: 'People a slot', validFrom: 'Valid from', validTo: 'Valid until', open: 'Open end', active: 'In use', inactive: 'Off', total: '{n} places each time',
    saved: 'Template saved', template: 'Template', kind: 'Kind', kinds: { stop: 'Stop', change: 'Change', extra: 'Extra' }, date: 'Date', exceptionTitle: 'Extra / change / stop', exceptionSaved: 'Recorded', noTemplates: 'No templates yet', noTemplatesHint: 'Press F2 to make one; it repeats weekly and feeds the generation.', noExceptions: 'No exceptions in this span',
    generateTitle: 'Generate schedules', generateText: 'Makes clinics and slots for these days from templates and exceptions; what exists is not made twice.', from: 'From', to: 'To', generated: 'Made {schedules} clinics with {slots} slots, skipped {skipped}', timeOrder: 'The end must be after the start', slotLimit: 'A slot is 30 minutes at most', reason: 'Reason', valid: 'Valid',
  },
)
