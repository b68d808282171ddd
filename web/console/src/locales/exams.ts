import { defineWords } from './words'

export const exams = defineWords(
  {
    title: '检查中心', lead: '设备负荷、等候天数与检查安排', tab: { board: '设备负荷', person: '患者安排' }, box: '检查',
    find: '按名称或编码查找检查项目', reason: '检查目的', implants: '体内植入物', allergies: '过敏', conditions: '疾病', fact: { pacemaker: '心脏起搏器', 'metal-implant': '金属植入物', cochlear: '人工耳蜗', 'aneurysm-clip': '动脉瘤夹', 'iodine-contrast': '碘对比剂', 'gadolinium-contrast': '钆对比剂', anticoagulants: '服用抗凝药', metformin: '服用二甲双胍', 'renal-impairment': '肾功能不全', asthma: '哮喘' }, pregnant: '妊娠', urgent: '加急', order: '开立检查',
    none: '没有待完成的检查', displaced: '原时间已停诊，需重新安排', noPlace: '待安排', revoke: '作废', plan: '一键安排', again: '全部重新安排', option: '方案 {n} · {trips} 次', report: '{at} 出报告', book: '全部预约', booked: '已预约 {n} 项检查', notPlanned: '{name}未能安排：',
    device: '设备', wait: '等候（天）', open: '待安排', stopped: '停 {n}', noBoard: '两周内没有检查设备的排班',
  },
  {
    title: 'Examinations', lead: 'Load of devices, days to wait, and planning', tab: { board: 'Load', person: 'Plan for a person' }, box: 'Examinations',
    find: 'Find examinations by name or code', reason: 'Reason', implants: 'Implants', allergies: 'Allergies', conditions: 'Conditions', fact: { pacemaker: 'Pacemaker', 'metal-implant': 'Metal implant', cochlear: 'Cochlear implant', 'aneurysm-clip': 'Aneurysm clip', 'iodine-contrast': 'Iodine contrast', 'gadolinium-contrast': 'Gadolinium contrast', anticoagulants: 'Takes anticoagulants', metformin: 'Takes metformin', 'renal-impairment': 'Renal impairment', asthma: 'Asthma' }, pregnant: 'Pregnant', urgent: 'Urgent', order: 'Order',
    none: 'No open examinations', displaced: 'Session stopped: plan again', noPlace: 'To be planned', revoke: 'Revoke', plan: 'Plan all of it', again: 'Plan everything anew', option: 'Plan {n} · trips: {trips}', report: 'Report {at}', book: 'Book all of it', booked: 'Examinations booked: {n}', notPlanned: 'No place for {name}:',
    device: 'Device', wait: 'Days to wait', open: 'To be planned', stopped: '{n} stopped', noBoard: 'No sessions on devices within two weeks',
  },
)
