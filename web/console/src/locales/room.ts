import { defineWords } from './words'

export const room = defineWords(
  {
    title: '诊室工作站', noSession: '今天没有您的出诊', noSessionHint: '如与排班不符，请联系排班员；也可切换查看本机构全部诊室。', mine: '我的', everyone: '全部诊室',
    room: '{room}', queue: '候诊队列', waiting: '候诊', finished: '已完成', booked: '已预约', skipped: '过号', called: '已叫号', inConsultation: '就诊中',
    callNext: '叫下一位', recall: '重呼', skip: '过号', start: '开始接诊', finish: '完成就诊', returnBack: '归队', waited: '已等 {n} 分钟', slot: '预约 {time}', checkedIn: '签到 {time}', calls: '已呼叫 {n} 次',
    nobody: '没有人在候诊', nobodyHint: '患者签到后会立即出现在这里。', idle: '当前没有就诊患者', idleHint: '按 F2 或回车叫下一位，患者会同时在大屏和手机上收到叫号。', nextUp: '下一位',
    complaint: '主诉', complaintHint: '患者自述的主要症状与持续时间', codes: '编码诊断', codesHint: '输入名称、首字母或 ICD-10 编码，第一个为主要诊断', codesNone: '没有匹配的诊断', codesMain: '主 · ', diagnosis: '初步诊断', diagnosisHint: '诊断名称，多个用分号隔开', advice: '处理与医嘱', adviceHint: '检查、治疗、用药建议与注意事项',
    followUp: '去向', follow: { none: '无需复诊', return_visit: '复诊', observe: '留观' }, saved: '已保存 {time}', saving: '正在保存', unsaved: '未保存', readOnly: '开始接诊后可书写记录',
    history: '既往就诊', noHistory: '本机构没有既往记录', elapsed: '接诊 {n} 分钟', diagnosisNeeded: '请先填写初步诊断', finishedToast: '{number} {name} 就诊完成', calledToast: '已呼叫 {number} {name}', skippedToast: '{number} 已过号',
    priority: { emergency: '急', privileged: '优', elderly: '老', normal: '', result: '检', returner: '回', late: '迟' },
    priorityLong: { emergency: '急诊优先', privileged: '依规优先', elderly: '老年优先', normal: '', result: '检查回诊', returner: '过号返回', late: '迟到' },
    expectResults: '等结果回诊', resultsExpected: '待回诊', resultsToast: '{number} 拿到结果签到后可回诊', from: '转自 {room}', doneList: '已完成 {n} 人', skipConfirm: '把 {number} {name} 记为过号？过号后可以归队。', place: '第 {n} 位', people: '{n} 人',
  },
  {
    title: 'Consulting room', noSession: 'You have no clinic today', noSessionHint: 'If the roster says otherwise, ask the scheduler; you can also look at all rooms of the organization.', mine: 'Mine', everyone: 'All rooms',
    room: '{room}', queue: 'Queue', waiting: 'Waiting', finished: 'Finished', booked: 'Booked', skipped: 'Skipped', called: 'Called', inConsultation: 'In consultation',
    callNext: 'Call next', recall: 'Recall', skip: 'Skip', start: 'Start', finish: 'Finish', returnBack: 'Back in line', waited: '{n} min waiting', slot: 'Slot {time}', checkedIn: 'In at {time}', calls: 'Called {n}×',
    nobody: 'Nobody is waiting', nobodyHint: 'Patients appear here the moment they check in.', idle: 'No patient in the room', idleHint: 'Press F2 or Enter to call the next patient; the hall screen and the phone show the call at once.', nextUp: 'Next',
    complaint: 'Chief complaint', complaintHint: 'Main symptom in the patient’s words, and since when', codes: 'Coded diagnoses', codesHint: 'Name, initials or ICD-10 code; the first is the main one', codesNone: 'No such diagnosis', codesMain: 'Main · ', diagnosis: 'Diagnosis', diagnosisHint: 'Name of the diagnosis; separate several by semicolons', advice: 'Treatment and advice', adviceHint: 'Exams, treatment, medication and what to watch for',
    followUp: 'Follow-up', follow: { none: 'None', return_visit: 'Return visit', observe: 'Observation' }, saved: 'Saved {time}', saving: 'Saving', unsaved: 'Not saved', readOnly: 'Start the consultation to write the note',
    history: 'Earlier visits', noHistory: 'No earlier visits here', elapsed: '{n} min in the room', diagnosisNeeded: 'Please write a diagnosis first', finishedToast: '{number} {name} finished', calledToast: 'Called {number} {name}', skippedToast: '{number} skipped',
    priority: { emergency: 'E', privileged: 'P', elderly: 'Eld', normal: '', result: 'Res', returner: 'R', late: 'L' },
    priorityLong: { emergency: 'Emergency', privileged: 'First by rule', elderly: 'Elderly first', normal: '', result: 'Back with results', returner: 'Missed the call', late: 'Late' },
    expectResults: 'Back with results', resultsExpected: 'Comes back', resultsToast: '{number} may check in again with results', from: 'from {room}', doneList: '{n} finished', skipConfirm: 'Mark {number} {name} as skipped? They can be put back in line.', place: 'Place {n}', people: '{n}',
  },
)
