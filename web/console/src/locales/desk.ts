import { defineWords } from './words'

export const desk = defineWords(
  {
    title: '服务台', search: '姓名、证件号、手机号或扫码', searchHint: '扫码枪直接扫即可；按 / 或 F2 回到这里', none: '没有找到 “{text}”', noneHint: '核对后重试，或登记新患者。', found: '找到 {n} 人', start: '查找患者', startHint: '扫健康卡、读证件，或输入姓名、手机号。',
    matched: { id_number: '证件号', phone: '手机号', name: '姓名', card: '健康卡' },
    register: '登记新患者', registerTitle: '实名登记', name: '姓名', idKind: '证件类型', idNumber: '证件号码', birth: '出生日期', sex: '性别', phone: '手机号', address: '住址', addressHint: '选填',
    checksum: '证件号码校验不通过，请核对', length: '应为 18 位', fromId: '由证件号得出', registered: '{name} 已登记并领卡', existed: '{name} 已在平台登记，已为您打开', submit: '登记',
    card: '健康卡', printCard: '打印卡', cardTitle: '电子健康卡', freeze: '冻结', unfreeze: '解冻', frozen: '已冻结', unfrozen: '已解冻', cardNote: '持卡就诊时仍需短信验证码或当面核验',
    issued: '发卡 {date}', cardNumber: '卡号', freezeConfirm: '冻结后此卡不能签到和就诊，确定？',
    appointments: '预约记录', upcoming: '未就诊', past: '历史', today: '今日', noAppointments: '没有预约', noAppointmentsHint: '在右侧为患者选择科室与时间。', checkIn: '签到', cancel: '取消预约', reschedule: '改期', history: '过程',
    cancelTitle: '取消 {department} {time} 的预约', cancelReasons: { self: '患者要求取消', wrong: '挂错科室', other: '另约时间' }, cancelled: '预约已取消', checkedIn: '已签到，{number} 号，前面 {ahead} 人',
    booking: '为患者预约', moving: '改期：{department} {time}', keep: '不改了', department: '科室', departmentHint: '输入名称或代码', day: '日期', sessions: '出诊', slots: '时段', noSessions: '这一天没有出诊', noSlots: '没有可约时段', left: '余 {n}', full: '约满', stopped: '停诊', pastSlot: '已过',
    bookNow: '确认预约', moveNow: '确认改期', chosen: '{date} {time} {service}', booked: '预约成功：{department} {time}', moved: '已改到 {time}', alternatives: '可改选以下时段', choosePerson: '先查找患者，再预约', fee: '诊查费', calendar: { open: '有号', full: '约满', none: '无', stopped: '停诊' },
    todayTitle: '今日到诊', todayNone: '今天还没有预约', time: '时间', patient: '患者', clinic: '科室', doctor: '医生', state: '状态', number: '序号', channel: '渠道', room: '诊室', filter: '筛选姓名', historyTitle: '预约过程', back: '换一位患者', byWhom: '{at} · {who}', walkIn: '普通号',
  },
  {
    title: 'Front desk', search: 'Name, ID, phone or scan a card', searchHint: 'A scanner can be used at any time; / or F2 comes back here', none: 'Nobody matches “{text}”', noneHint: 'Check and try again, or register a new person.', found: '{n} found', start: 'Find a patient', startHint: 'Scan a health card, read an ID, or type a name or phone number.',
    matched: { id_number: 'ID number', phone: 'Phone', name: 'Name', card: 'Card' },
    register: 'Register new', registerTitle: 'Real-name registration', name: 'Name', idKind: 'ID document', idNumber: 'ID number', birth: 'Birth date', sex: 'Sex', phone: 'Phone', address: 'Address', addressHint: 'Optional',
    checksum: 'The check digit does not fit; please look again', length: '18 characters needed', fromId: 'From the ID number', registered: '{name} registered, card issued', existed: '{name} was registered already and is opened', submit: 'Register',
    card: 'Health card', printCard: 'Print card', cardTitle: 'Health card', freeze: 'Freeze', unfreeze: 'Unfreeze', frozen: 'Card frozen', unfrozen: 'Card active again', cardNote: 'A second check (SMS code or in person) is still needed with a printed card',
    issued: 'Issued {date}', cardNumber: 'Card', freezeConfirm: 'A frozen card cannot be used to check in. Freeze it?',
    appointments: 'Appointments', upcoming: 'Upcoming', past: 'Past', today: 'Today', noAppointments: 'No appointments', noAppointmentsHint: 'Choose a department and a time on the right.', checkIn: 'Check in', cancel: 'Cancel', reschedule: 'Reschedule', history: 'History',
    cancelTitle: 'Cancel {department} {time}', cancelReasons: { self: 'Asked by the patient', wrong: 'Wrong department', other: 'Another time' }, cancelled: 'Appointment cancelled', checkedIn: 'Checked in: number {number}, {ahead} ahead',
    booking: 'Book for the patient', moving: 'Reschedule: {department} {time}', keep: 'Keep it', department: 'Department', departmentHint: 'Type a name or code', day: 'Day', sessions: 'Clinics', slots: 'Times', noSessions: 'No clinic on this day', noSlots: 'No free time', left: '{n} left', full: 'Full', stopped: 'Stopped', pastSlot: 'Past',
    bookNow: 'Book', moveNow: 'Move here', chosen: '{date} {time} {service}', booked: 'Booked: {department} {time}', moved: 'Moved to {time}', alternatives: 'These times are free', choosePerson: 'Find the patient first', fee: 'Fee', calendar: { open: 'Free', full: 'Full', none: 'None', stopped: 'Stopped' },
    todayTitle: 'Today’s patients', todayNone: 'Nothing booked today', time: 'Time', patient: 'Patient', clinic: 'Department', doctor: 'Doctor', state: 'State', number: 'No.', channel: 'Channel', room: 'Room', filter: 'Filter by name', historyTitle: 'What happened', back: 'Another patient', byWhom: '{at} · {who}', walkIn: 'General',
  },
)
